"""One row of a file: whether it fits, and what it becomes in the tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from participation.answers import check
from participation.errors import FormInvalid, Problem
from participation.geo import SNAP_M, parse_point
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.places import REPLY_MAX
from participation.models.submissions import SOURCES, Submission
from participation.questionnaire import Questionnaire
from participation.services import import_translations, submission_checks
from participation.services.import_files import Row
from participation.services.import_plans import NEAR_HOME, NO, Plan, Target
from participation.services.locations import Location, Where, district_of, lacks_point, locate
from participation.services.submissions import new, place_at
from participation.text import clean_text, fold, is_language_tag

# What its author took back, or what was refused here, does not come back with a file.
GONE = ("rejected", "withdrawn", "removed", "erased")
MOST_SUPPORTS = 50_000
ORIGIN_MAX = 200
# Answers of foreign tables may be lists with another sign than ours.
SEVERAL = re.compile(r"[|;,]")
Cells = Mapping[str, str]
Problems = dict[str, Problem]


@dataclass(frozen=True)
class Public:
    """What an entry has that is restored as published: the time, the key of its place in the file, what that has, and
    the translations of its text by language.
    """

    at: datetime | None
    place: str
    supports: int
    reply: str
    translations: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Taken:
    """A row that fits: what goes into the table of submissions, the id that it had, and how else it is known."""

    number: int
    values: dict[str, Any]
    origin: str
    identity: int
    public: Public | None


def take(target: Target, row: Row, plan: Plan, now: datetime) -> Taken:
    """What a row becomes; raises FormInvalid with everything that is wrong with it by field."""
    if row.problem:
        raise FormInvalid({"row": row.problem})
    cells = plan.cells(row)
    if plan.own and cells.get("status") in GONE:
        raise FormInvalid({"row": Problem("gone", {"status": cells["status"]})})
    campaign = _campaign(target, cells)
    kind = cells.get("kind") or target.kind or ""
    if kind not in campaign.kinds:
        raise FormInvalid({"kind": Problem("unknown_code", {"value": kind[:60]})})
    restored = target.as_published and cells.get("status") == "published"
    location, problems = _locate(target.city, kind, cells, restored)
    answers = _answers(campaign, kind, cells, problems)
    tag = cells.get("text_lang") or target.text_lang
    if not is_language_tag(tag):
        problems["text_lang"] = Problem("unknown_code", {"value": tag[:60]})
    if not problems and location.point is None and "text" not in answers:
        problems["row"] = Problem("empty")
    sent = _moment(cells, "created_at", now, problems)
    public = _public(row, cells, now, problems) if restored else None
    if problems:
        raise FormInvalid(problems)
    submission = new(
        city=target.city, campaign=campaign, kind=kind, location=location, answers=answers, now=sent or now
    )
    submission.text_lang = tag if submission.text else None
    # Internal files of ours say it: published later, such an entry never shows its exact point.
    submission.near_home = cells.get(NEAR_HOME, "").lower() not in NO
    place_at(submission, location.point)
    _mark(submission, cells, public, now)
    identity = hash((submission.kind, submission.lat, submission.lon, submission.text))
    return Taken(row.number, _values(submission), cells.get("id", "").strip()[:ORIGIN_MAX], identity, public)


def _campaign(target: Target, cells: Cells) -> Campaign:
    if target.campaign:
        return target.campaign
    code = cells.get("campaign", "")
    found = next((campaign for campaign in target.campaigns if campaign.code == code), None)
    if found is None:
        raise FormInvalid({"campaign": Problem("unknown_code", {"value": code[:60]})})
    return found


def _locate(city: City, kind: str, cells: Cells, restored: bool) -> tuple[Location, Problems]:
    where = Where(lat=cells.get("lat", ""), lon=cells.get("lon", ""), words=cells.get("place_words", ""))
    named = _district(city, cells.get("district", ""))
    if not (where.lat.strip() or where.lon.strip()) and named:
        where = Where(district=named.code, words=where.words)
    location, problems = locate(city, where, kind=kind, from_map=False)
    beyond = problems.get("lat")
    if restored and beyond and beyond.code == "outside":
        point = parse_point(where.lat, where.lon)
        # The point of somebody's home is published so roughly that it may lie beyond the boundary.
        if city.area.distance_m(point) <= SNAP_M:
            del problems["lat"]
            location = Location(point, district_of(city.districts, point), None, location.words)
    if restored and location.point and named:
        # The district is that of the exact point, of which the file may only have a rough one.
        location = Location(location.point, named, None, location.words)
    return location, problems


def _district(city: City, words: str) -> District | None:
    """A district by its code, or by its name."""
    wanted = fold(words.strip())
    known = (one for one in city.districts if words == one.code or (wanted and fold(one.name) == wanted))
    return next(known, None) if wanted else None


def _answers(campaign: Campaign, kind: str, cells: Cells, problems: Problems) -> Mapping[str, object]:
    try:
        return check(campaign.questionnaire, kind, _raw(campaign.questionnaire, cells), require=False)
    except FormInvalid as invalid:
        problems |= invalid.problems
        return {}


def _raw(sheet: Questionnaire, cells: Cells) -> dict[str, object]:
    """The answers among the cells as a form would send them."""
    raw: dict[str, object] = {}
    for question in sheet.questions:
        value = cells.get(question.code)
        if value:
            raw[question.code] = SEVERAL.split(value) if question.type == "multi" else value
    return raw


def _moment(cells: Cells, name: str, now: datetime, problems: Problems) -> datetime | None:
    """A time of a file of ours; one that lies ahead is no time at which something can have been sent."""
    text = cells.get(name, "").strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or at > now or at.year < 1970:
        problems[name] = Problem("not_a_time", {"value": text[:60]})
        return None
    return at


def _public(row: Row, cells: Cells, now: datetime, problems: Problems) -> Public:
    supports, reply = cells.get("supports", "").strip() or "0", clean_text(cells.get("reply", ""))
    if not (supports.isascii() and supports.isdigit() and len(supports) < 9 and int(supports) <= MOST_SUPPORTS):
        problems["supports"] = Problem("not_a_count", {"value": supports[:60]})
        supports = "0"
    if len(reply) > REPLY_MAX:
        problems["reply"] = Problem("too_long", {"max": REPLY_MAX, "length": len(reply)})
    at = _moment(cells, "published_at", now, problems)
    translations = import_translations.of_row(cells, problems)
    return Public(at, cells.get("place_id", "").strip() or str(row.number), int(supports), reply, translations)


def _mark(submission: Submission, cells: Cells, public: Public | None, now: datetime) -> None:
    """Where it comes from, and what somebody should look at before it is published, or when it was."""
    submission.source = "import"
    if public is None:
        submission.checks = tuple(submission_checks.of_content(submission))
        return
    if lacks_point(submission):
        raise FormInvalid({"lat": Problem("where_required")})
    if cells.get("source", "") in SOURCES:
        submission.source = cells["source"]
    submission.published_at = max(public.at or now, submission.created_at)


def _values(submission: Submission) -> dict[str, Any]:
    """The columns of the table that have a value; those of the relations are only known to the session."""
    values = {
        column.key: value
        for column in Submission.__mapper__.column_attrs
        if (value := getattr(submission, column.key)) not in (None, ())
    }
    values |= {"city_id": submission.city.id, "campaign_id": submission.campaign.id}
    return values | ({"district_id": submission.district.id} if submission.district else {})
