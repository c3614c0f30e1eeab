"""Points from elsewhere, and our own files, become submissions: all rows of a file or none, with a report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, Problem
from participation.models.imports import ImportOrigin
from participation.models.submissions import Submission
from participation.services import import_plans, import_rows, import_stores
from participation.services.import_files import Row, Source, in_batches
from participation.services.import_plans import Plan, Target
from participation.services.import_rows import Taken
from participation.services.import_stores import origin_hash

BATCH = 500
# What is wrong with a row that is there already, or gone for good: it is left out, and stops nothing.
LEFT_OUT = ("duplicate", "gone")


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken: its number, what is wrong by field, and the point it gave."""

    number: int
    problems: Mapping[str, Problem]
    lat: str = ""
    lon: str = ""

    @property
    def left_out(self) -> bool:
        """Whether it is no mistake, but there already or gone for good."""
        return any(problem.code in LEFT_OUT for problem in self.problems.values())


@dataclass
class Report:
    """The outcome of an import: rows read, accepted and left out, and both the left out and the refused ones.

    `stored` is how many are in the tables now: all that were accepted, or none.
    """

    read: int = 0
    accepted: int = 0
    known: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    stored: int = 0

    @property
    def refused(self) -> list[Refusal]:
        """The rows that are wrong."""
        return [one for one in self.refusals if not one.left_out]


@dataclass
class Checked:
    """A file that was read to its end: the report, and what there is to store."""

    report: Report
    taken: list[Taken]
    places: dict[str, UUID]


def run(
    session: Session,
    *,
    target: Target,
    source: Source,
    mapping: Mapping[str, str],
    now: datetime,
    skip_bad: bool = False,
) -> Report:
    """Check a file and store it: all of it, or with `skip_bad` what fits of it."""
    checked = check(session, target=target, source=source, mapping=mapping, now=now)
    return store(session, target=target, checked=checked, now=now, skip_bad=skip_bad)


def check(
    session: Session,
    *,
    target: Target,
    source: Source,
    mapping: Mapping[str, str],
    now: datetime,
    progress: Callable[[Report], None] = lambda _: None,
    most: int | None = None,
) -> Checked:
    """Read a file, at most `most` rows of it, and store nothing.

    Nobody was asked the questions, so an answer may be missing; one that is there must fit. A row that is there already
    is left out: known by its id, or without one by kind, point and text. `progress` is told now and then.
    Raises Invalid for an unknown kind, language, column or field, or a file that cannot be read to its end.
    """
    plan = import_plans.make(target, source, mapping)
    checked = Checked(Report(), [], {})
    seen = _already_there(session, target)
    origins: set[str] = set()
    for batch in in_batches(_first(source, most), BATCH):
        taken = [one for row in batch if (one := _take(target, row, plan, checked.report, now))]
        known = _known(session, target, [one.origin for one in taken if one.origin])
        for one in taken:
            is_new = one.origin not in origins and one.origin not in known if one.origin else one.identity not in seen
            place_id = known.get(one.origin)
            if one.public and place_id:
                checked.places[one.public.place] = place_id
            if is_new:
                checked.taken.append(one)
            else:
                _refuse(checked.report, Refusal(one.number, {"row": Problem("duplicate")}))
            origins.add(one.origin)
            seen.add(one.identity)
        checked.report.accepted = len(checked.taken)
        progress(checked.report)
    checked.report.refusals.sort(key=lambda refusal: refusal.number)
    return checked


def store(session: Session, *, target: Target, checked: Checked, now: datetime, skip_bad: bool = False) -> Report:
    """Store what was checked, unless something in it is wrong and `skip_bad` does not say to leave that out."""
    report = checked.report
    if checked.taken and (skip_bad or not report.refused):
        import_stores.store(session, target=target, taken=checked.taken, places=checked.places, now=now)
        report.stored = report.accepted
    return report


def _first(source: Source, most: int | None) -> Iterator[Row]:
    for count, row in enumerate(source.rows()):
        if count == most:
            return
        yield row


def _take(target: Target, row: Row, plan: Plan, report: Report, now: datetime) -> Taken | None:
    report.read += 1
    try:
        return import_rows.take(target, row, plan, now)
    except FormInvalid as invalid:
        cells = plan.cells(row)
        _refuse(report, Refusal(row.number, invalid.problems, cells.get("lat", ""), cells.get("lon", "")))
        return None


def _refuse(report: Report, refusal: Refusal) -> None:
    report.refusals.append(refusal)
    report.known += refusal.left_out


def _already_there(session: Session, target: Target) -> set[int]:
    """What is there by kind, point and text; residents may mean the same spot without a word, imported rows may not."""
    told = or_(Submission.source == "import", Submission.text.is_not(None))
    query = select(Submission.kind, Submission.lat, Submission.lon, Submission.text).where(
        Submission.city_id == target.city.id, told
    )
    return {hash(tuple(row)) for row in session.execute(query.execution_options(yield_per=BATCH))}


def _known(session: Session, target: Target, origins: Sequence[str]) -> dict[str, UUID | None]:
    """Those of these ids that are here already, imported or as the city's own, each with its place."""
    if not origins:
        return {}
    hashes = {origin_hash(origin): origin for origin in origins}
    imported = (
        select(ImportOrigin.origin_hash, Submission.place_id)
        .join(Submission, Submission.id == ImportOrigin.submission_id)
        .where(ImportOrigin.city_id == target.city.id, ImportOrigin.origin_hash.in_(hashes))
    )
    found: dict[str, UUID | None] = {hashes[key]: place_id for key, place_id in session.execute(imported)}
    ids = {one: origin for origin in origins if (one := _uuid(origin))}
    own = select(Submission.id, Submission.place_id).where(Submission.id.in_(ids), Submission.city_id == target.city.id)
    return found | {ids[key]: place_id for key, place_id in session.execute(own)}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
