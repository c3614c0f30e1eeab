"""Points from elsewhere become pending submissions, row by row, with a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.answers import check
from participation.errors import FormInvalid, Invalid, Problem
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.questionnaire import Questionnaire
from participation.services import submission_checks
from participation.services.import_files import Row, Source
from participation.services.locations import Where, locate
from participation.services.submissions import new, place_at
from participation.text import is_language_tag

# Beside the answers of the questionnaire, a column may be mapped to one of these.
PLACE_FIELDS = ("lat", "lon", "text_lang")


@dataclass(frozen=True)
class Target:
    """Where the rows of a file go, and the language of their texts where a row does not say it."""

    city: City
    campaign: Campaign
    kind: str
    text_lang: str


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken: its number, what is wrong by field, and the point it gave."""

    number: int
    problems: Mapping[str, Problem]
    lat: str = ""
    lon: str = ""


@dataclass
class Report:
    """The outcome of an import."""

    accepted: int = 0
    refused: list[Refusal] = field(default_factory=list)


def run(session: Session, *, target: Target, source: Source, mapping: Mapping[str, str], now: datetime) -> Report:
    """Store the good rows as pending with `source=import`, and report the others.

    Nobody was asked the questions, so an answer may be missing; one that is there must fit. `mapping` says which column
    holds which field; a column named like a field needs no mapping, and one mapped to nothing is left out. A row that
    is there already (kind, point and text are the same) is refused, so that a file can be read twice. Raises Invalid
    for an unknown kind, language, column or field.
    """
    if target.kind not in target.campaign.kinds:
        raise Invalid("kind_unknown", kind=target.kind, known=", ".join(target.campaign.kinds))
    if not is_language_tag(target.text_lang):
        raise Invalid("language_unknown", language=target.text_lang)
    columns = _columns(target.campaign, source, mapping)
    seen = _already_there(session, target)
    report = Report()
    for row in source.rows:
        values = {name: row.cells.get(column, "") for name, column in columns.items()}
        try:
            submission = _submission(target, row, values, now)
            identity = (submission.lat, submission.lon, submission.text)
            if identity in seen:
                raise FormInvalid({"row": Problem("duplicate")})
        except FormInvalid as invalid:
            refusal = Refusal(row.number, invalid.problems, values.get("lat", ""), values.get("lon", ""))
            report.refused.append(refusal)
            continue
        seen.add(identity)
        session.add(submission)
        report.accepted += 1
    session.flush()
    return report


def _columns(campaign: Campaign, source: Source, mapping: Mapping[str, str]) -> dict[str, str]:
    fields = (*PLACE_FIELDS, *(question.code for question in campaign.questionnaire.questions))
    columns = {name: name for name in fields if name in source.columns and name not in mapping}
    for column, name in mapping.items():
        if name and name not in fields:
            raise Invalid("field_unknown", field=name, known=", ".join(fields))
        if column not in source.columns:
            raise Invalid("column_unknown", column=column, known=", ".join(source.columns))
        if name and list(mapping.values()).count(name) > 1:
            raise Invalid("field_twice", field=name)
        if name:
            columns[name] = column
    return columns


def _submission(target: Target, row: Row, values: Mapping[str, str], now: datetime) -> Submission:
    if row.problem:
        raise FormInvalid({"row": row.problem})
    where = Where(lat=values.get("lat", ""), lon=values.get("lon", ""))
    location, problems = locate(target.city, where, kind=target.kind, from_map=False)
    answers: dict[str, object] = {}
    try:
        answers = check(
            target.campaign.questionnaire, target.kind, _raw(target.campaign.questionnaire, values), require=False
        )
    except FormInvalid as invalid:
        problems |= invalid.problems
    tag = values.get("text_lang") or target.text_lang
    if not is_language_tag(tag):
        problems["text_lang"] = Problem("unknown_code", {"value": tag})
    if not problems and location.point is None and "text" not in answers:
        problems["row"] = Problem("empty")
    if problems:
        raise FormInvalid(problems)
    submission = new(
        city=target.city, campaign=target.campaign, kind=target.kind, location=location, answers=answers, now=now
    )
    submission.source = "import"
    submission.text_lang = tag if submission.text else None
    place_at(submission, location.point)
    submission.checks = tuple(submission_checks.of_content(submission))
    return submission


def _raw(sheet: Questionnaire, values: Mapping[str, str]) -> dict[str, object]:
    """The answers among the values as a form would send them."""
    raw: dict[str, object] = {}
    for question in sheet.questions:
        value = values.get(question.code)
        if value:
            raw[question.code] = value.split("|") if question.type == "multi" else value
    return raw


def _already_there(session: Session, target: Target) -> set[tuple[float | None, float | None, str | None]]:
    query = select(Submission.lat, Submission.lon, Submission.text).where(
        Submission.city_id == target.city.id, Submission.kind == target.kind, Submission.source == "import"
    )
    return {(lat, lon, text) for lat, lon, text in session.execute(query)}
