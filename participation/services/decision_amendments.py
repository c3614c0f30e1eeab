"""What moderators put right in a submission: its kind, its place type, the language of its text and its point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from participation.answers import check
from participation.errors import FormInvalid, Problem
from participation.models.accounts import Account
from participation.models.decisions import Decision
from participation.models.submissions import ANSWERS, Submission
from participation.questionnaire import Questionnaire
from participation.services import locations, places, submission_checks, submissions, tiles, translations
from participation.services.decision_record import record
from participation.services.decisions import Seen, held
from participation.services.locations import Where, locate
from participation.text import is_language_tag, primary

STATES = ("pending", "published")
# What the record names; all other columns are answers.
TOLD = ("kind", "place_type", "text_lang")


@dataclass(frozen=True)
class Amendment:
    """What a submission should be; empty means as it is.

    `answers` are those that another kind has to have, by the code of the question. What the author wrote or answered
    is not replaced: a moderator redacts it, or leaves it as it is.
    """

    kind: str = ""
    place_type: str = ""
    text_lang: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)


def amend(
    session: Session, *, account: Account, submission: Submission, seen: Seen, wanted: Amendment, now: datetime
) -> Decision:
    """Put kind, place type or language right; the record says which columns changed, not what stands in them.

    Answers that the new kind does not know go. Raises FormInvalid where it asks for some that are not there.
    """
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="amend", states=STATES)
    if before:
        return before
    values = _amended(submission, wanted)
    changed = [name for name, value in values.items() if _stored(value) != _stored(getattr(submission, name))]
    if not changed:
        raise FormInvalid({"kind": Problem("nothing_changed")})
    on_map = submission.status == "published"
    if on_map:
        tiles.subtract(session, submission=submission)
    for name in changed:
        setattr(submission, name, values[name])
    submission.checks = submission_checks.anew(submission)
    if "text" in changed:
        translations.forget(session, submission=submission)
    elif "text_lang" in changed and submission.text_lang:
        translations.forget(session, submission=submission, lang=primary(submission.text_lang))
    told = [name for name in TOLD if name in changed] + ["answers"] * (not {*changed} <= {*TOLD})
    key = seen.idempotency_key
    decision = record(session, submission=submission, action="amend", now=now, account=account, key=key, details=told)
    if on_map:
        tiles.add(session, submission=submission)
    return decision


def set_point(
    session: Session, *, account: Account, submission: Submission, seen: Seen, where: Where, now: datetime
) -> Decision:
    """Set or move the point to where the author meant it to be; a published one moves on the map at once."""
    before = held(
        session, account=account, submission=submission, seen=seen, now=now, action="set_point", states=STATES
    )
    if before:
        return before
    location, problems = locate(submission.city, where, kind=submission.kind, from_map=False)
    if location.point is None and not problems:
        problems["lat"] = Problem("where_required")
    if problems:
        raise FormInvalid(problems)
    on_map = submission.status == "published"
    if on_map:
        tiles.subtract(session, submission=submission)
    submissions.place_at(submission, location.point)
    submission.district = location.district
    submission.checks = submission_checks.anew(submission)
    places.follow(session, submission=submission, now=now)
    key = seen.idempotency_key
    decision = record(session, submission=submission, action="set_point", now=now, account=account, key=key)
    if on_map:
        tiles.add(session, submission=submission)
    return decision


def _amended(submission: Submission, wanted: Amendment) -> dict[str, object]:
    """All columns of a submission as they should be; raises FormInvalid with every problem by field."""
    campaign, kind = submission.campaign, wanted.kind or submission.kind
    problems: dict[str, Problem] = {}
    if kind not in campaign.kinds:
        raise FormInvalid({"kind": Problem("unknown_code", {"value": kind[:60]})})
    if submission.status == "published" and locations.needs_point(kind) and submission.point is None:
        problems["lat"] = Problem("where_required")
    lang = wanted.text_lang or submission.text_lang or ""
    if submission.text and not is_language_tag(lang):
        problems["text_lang"] = Problem("unknown_code", {"value": lang[:60]})
    answers: Mapping[str, object] = {}
    try:
        raw = _answers(submission, kind, wanted, campaign.questionnaire)
        # What came from a file may lack an answer; that is no reason to keep a wrong language.
        answers = check(campaign.questionnaire, kind, raw, require=kind != submission.kind)
    except FormInvalid as invalid:
        problems |= invalid.problems
    if problems:
        raise FormInvalid(problems)
    columns = {code: _as_column(answers.get(code)) for code in ANSWERS}
    return {"kind": kind, "text_lang": lang if submission.text else None} | columns


def _answers(submission: Submission, kind: str, wanted: Amendment, questionnaire: Questionnaire) -> dict[str, object]:
    """What was answered as far as the kind asks for it, and what is given now instead."""
    kept: dict[str, object] = {}
    for question in questionnaire.questions_for(kind):
        value = getattr(submission, question.code)
        offered = {option.code for option in questionnaire.options_for(question.code, kind)}
        if question.type == "multi":
            kept[question.code] = [code for code in value or () if code in offered]
        elif question.type == "text" or value in offered:
            kept[question.code] = value
    given = _offered(submission, kind, wanted, questionnaire)
    given |= {"place_type": wanted.place_type} if wanted.place_type else {}
    asked = {question.code for question in questionnaire.questions_for(kind)}
    return kept | {code: value for code, value in given.items() if value and code in asked}


def _offered(submission: Submission, kind: str, wanted: Amendment, questionnaire: Questionnaire) -> dict[str, object]:
    """The answers that the page asks for: those to choose without which an entry cannot become one of this kind."""
    if kind == submission.kind:
        return {}
    needed = (question for question in questionnaire.questions_for(kind) if kind in question.required_for)
    return {one.code: wanted.answers.get(one.code) for one in needed if one.type != "text"}


def _as_column(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _stored(value: object) -> object:
    """Comparable, whether it comes from a form or from the database."""
    return tuple(sorted(value)) if isinstance(value, list | tuple) else value or ()
