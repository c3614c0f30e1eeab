"""What residents filled in on paper, typed in by the city: quickly, by codes or how they begin."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation.answers import check
from participation.errors import FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.questionnaire import Question, Questionnaire
from participation.services import contributors, roles, submission_checks
from participation.services.locations import Where, locate
from participation.services.submissions import new, place_at
from participation.text import fingerprint, is_language_tag

APART = re.compile(r"[\s,;|]+")


@dataclass(frozen=True)
class Sheet:
    """A sheet as somebody typed it: for each question the text, or the codes with blanks between them.

    `key` is that of the form, so that the same sheet is not stored twice by a double click.
    """

    kind: str
    where: Where
    typed: Mapping[str, str]
    text_lang: str
    key: str


def check_right(account: Account, city: City) -> None:
    """Raises NotFound for whoever does not type in sheets of this city."""
    if not roles.may_in(account, "enter_paper", city):
        raise NotFound("city_unknown", slug=city.slug)


def enter(
    session: Session, *, account: Account, city: City, campaign: Campaign, sheet: Sheet, now: datetime
) -> Submission:
    """Store a sheet as pending; each one counts as a contributor of its own.

    Paper arrives when the campaign is over as well, and an answer that is missing on it cannot be asked for any more.
    Raises FormInvalid with every problem by field.
    """
    check_right(account, city)
    if sheet.kind not in campaign.kinds:
        raise FormInvalid({"kind": Problem("unknown_code", {"value": sheet.kind[:60]})})
    location, problems = locate(city, sheet.where, kind=sheet.kind, from_map=False)
    answers = _answers(campaign.questionnaire, sheet, problems)
    if not is_language_tag(sheet.text_lang):
        problems["text_lang"] = Problem("unknown_code", {"value": sheet.text_lang[:60]})
    if not problems and not answers and not (location.point or location.words):
        problems["lat"] = Problem("sheet_empty")
    if problems:
        raise FormInvalid(problems)
    submission = new(city=city, campaign=campaign, kind=sheet.kind, location=location, answers=answers, now=now)
    submission.source, submission.near_home = "staff_paper", sheet.where.near_home
    submission.text_lang = sheet.text_lang if submission.text else None
    place_at(submission, location.point)
    submission.contributor_id = contributors.by_key(session, campaign=campaign, key=secrets.token_urlsafe(24)).id
    submission.checks = tuple(sorted(submission_checks.of_content(submission)))
    return _store(session, submission, sheet.key)


def matching(question: Question, sheet: Questionnaire, kind: str, typed: str) -> list[str]:
    """The codes that were typed, whole or so far that only one begins like it; what fits none stays as it is."""
    codes = [option.code for option in sheet.options_for(question.code, kind)]
    return [_code(part, codes) for part in APART.split(typed.casefold().strip()) if part]


def _code(part: str, codes: list[str]) -> str:
    beginning = [code for code in codes if code.startswith(part)]
    return part if part in codes or len(beginning) != 1 else beginning[0]


def _answers(questionnaire: Questionnaire, sheet: Sheet, problems: dict[str, Problem]) -> Mapping[str, object]:
    raw: dict[str, object] = {}
    for question in questionnaire.questions_for(sheet.kind):
        typed = sheet.typed.get(question.code, "")
        if question.type == "text":
            raw[question.code] = typed
        elif found := matching(question, questionnaire, sheet.kind, typed):
            raw[question.code] = found if question.type == "multi" else " ".join(found)
    try:
        return check(questionnaire, sheet.kind, raw, require=False)
    except FormInvalid as invalid:
        problems |= invalid.problems
        return {}


def _store(session: Session, submission: Submission, key: str) -> Submission:
    submission.idempotency_hash = fingerprint(key) if key else None
    try:
        with session.begin_nested():
            session.add(submission)
    except IntegrityError:
        return session.scalars(select(Submission).where(Submission.idempotency_hash == fingerprint(key))).one()
    return submission
