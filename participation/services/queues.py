"""The queues of a city: what waits for a decision, the oldest first, as one query feeds the counts and the lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import NotFound
from participation.models.accounts import Account
from participation.models.appeals import Appeal
from participation.models.cities import City, District
from participation.models.claims import Claim
from participation.models.notes import Note
from participation.models.notices import Notice
from participation.models.photos import Photo
from participation.models.proposals import Proposal
from participation.models.submissions import Submission
from participation.services import roles
from participation.services.cities import numbers
from participation.services.locations import NEEDS_PLACE

# What waits, by why it does; an entry may be in several of them.
QUEUES = ("new", "second_look", "photos", "without_point")
# What waits for the city on pages of its own.
ELSEWHERE = ("reports", "appeals", "notes", "proposals")
PAGE = 30
WORDS_MAX = 60
AGES = ("fresh", "due", "overdue")
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Wanted:
    """What to show: one of QUEUES, narrowed by codes and words; what is empty narrows nothing."""

    queue: str = QUEUES[0]
    kind: str = ""
    district_id: int | None = None
    language: str = ""
    source: str = ""
    words: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the queue is chosen."""
        return self != Wanted(self.queue)

    def apply(self, query: Query, city: City) -> Query:
        """Narrow a query over submissions to what is wanted of this city."""
        query = query.where(_waits(city.id), _IN_QUEUE[self.queue])
        for column, value in (
            (Submission.kind, self.kind),
            (Submission.district_id, self.district_id),
            (Submission.source, self.source),
        ):
            if value:
                query = query.where(column == value)
        if self.language:
            query = query.where(_is_in(self.language))
        return query.where(_has_words(self.words)) if self.words else query


@dataclass(frozen=True)
class Row:
    """An entry of a queue, how late it is by the target of the city, and who else has it open until when."""

    submission: Submission
    age: str
    held_by: str = ""
    held_until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Some of a queue from a certain entry on, and whether more follow."""

    rows: Sequence[Row] = field(default_factory=list)
    more: bool = False

    def neighbours(self, submission_id: UUID) -> tuple[Row | None, Row | None]:
        """The entries before and behind one."""
        before = [row for row in self.rows if row.submission.id < submission_id]
        behind = [row for row in self.rows if row.submission.id > submission_id]
        return (before[-1] if before else None), (behind[0] if behind else None)


def lengths(session: Session, *, cities: Sequence[City]) -> list[tuple[City, int]]:
    """How many submissions wait for a decision in each of the cities."""
    waiting = numbers(session, cities=cities, of=Submission, status="pending")
    return [(city, waiting[city.id]) for city in cities]


def counts(session: Session, *, account: Account, city: City) -> dict[str, int]:
    """How much is in each of QUEUES, and of ELSEWHERE; all in one statement.

    For an account that may not decide there it is NotFound, so that nothing is given away.
    """
    if not roles.may_in(account, "decide", city):
        raise NotFound("city_unknown", slug=city.slug)
    return dict(zip(_COUNTED, session.execute(_COUNTS, {"city_id": city.id}).one(), strict=True))


def page(
    session: Session,
    *,
    account: Account,
    city: City,
    wanted: Wanted,
    now: datetime,
    after: UUID | None = None,
) -> Page:
    """Some of a queue, the oldest first, behind a certain entry; claims of others as they are now."""
    query = wanted.apply(select(Submission, Account.email, Claim.until), city)
    if after:
        query = query.where(Submission.id > after)
    found = session.execute(
        query.outerjoin(Claim, _held_by_another(account, now))
        .outerjoin(Account, Account.id == Claim.account_id)
        # A district's boundary may be as large as all the rest of the page.
        .options(joinedload(Submission.campaign), joinedload(Submission.district).load_only(District.name))
        .options(joinedload(Submission.photo))
        .order_by(Submission.id)
        .limit(PAGE + 1)
    ).all()
    rows = [Row(one, age(one, now=now), email or "", until) for one, email, until in found[:PAGE]]
    return Page(rows, more=len(found) > PAGE)


def found(session: Session, *, city: City, wanted: Wanted) -> int:
    """How many entries are wanted."""
    return session.scalar(wanted.apply(select(func.count()).select_from(Submission), city)) or 0


def first_free(
    session: Session,
    *,
    account: Account,
    city: City,
    wanted: Wanted,
    now: datetime,
    after: UUID | None = None,
) -> UUID | None:
    """The oldest entry behind a certain one that nobody else has open; without one there the oldest of all."""
    query = wanted.apply(select(Submission.id), city).outerjoin(Claim, _held_by_another(account, now))
    query = query.where(Claim.submission_id.is_(None)).order_by(Submission.id).limit(1)
    behind = session.scalar(query.where(Submission.id > after)) if after else None
    return behind or session.scalar(query)


def age(submission: Submission, *, now: datetime) -> str:
    """How late an entry is: `fresh`, in the second half of its city's target `due`, and then `overdue`."""
    target = timedelta(hours=submission.city.target_hours)
    waited = now - submission.created_at
    return AGES[2] if waited > target else AGES[1] if waited > target / 2 else AGES[0]


def _waits(city_id: int | BindParameter[int]) -> ColumnElement[bool]:
    return and_(Submission.city_id == city_id, Submission.status == "pending")


_IN_QUEUE: Mapping[str, ColumnElement[bool]] = {
    "new": Submission.needs_second_look.is_(False),
    "second_look": Submission.needs_second_look.is_(True),
    "photos": Submission.id.in_(select(Photo.submission_id).where(Photo.submission_id.is_not(None))),
    # The cell is there exactly where a point is, and in the index.
    "without_point": and_(Submission.cell.is_(None), Submission.kind.in_(NEEDS_PLACE)),
}


def _number(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*where).scalar_subquery()


# Made once, because every step at the desk asks for it. What waits is read once for three of the queues; for those
# without a point there is an index of their own.
_CITY: BindParameter[int] = bindparam("city_id")
_COUNTED: Mapping[str, ColumnElement[int]] = {
    queue: _number(_waits(_CITY), where) if queue == "without_point" else func.count().filter(where)
    for queue, where in _IN_QUEUE.items()
} | {
    "reports": _number(Notice.city_id == _CITY, Notice.status == "received"),
    "appeals": _number(Appeal.city_id == _CITY, Appeal.status == "received"),
    "notes": _number(Note.city_id == _CITY, Note.done_at.is_(None)),
    "proposals": _number(Proposal.city_id == _CITY, Proposal.status == "waiting"),
}
_COUNTS = select(*_COUNTED.values()).where(_waits(_CITY))


def _held_by_another(account: Account, now: datetime) -> ColumnElement[bool]:
    return and_(Claim.submission_id == Submission.id, Claim.account_id != account.id, Claim.until > now)


def _is_in(language: str) -> ColumnElement[bool]:
    """`es` is also the Spanish of Peru."""
    return or_(Submission.text_lang == language, Submission.text_lang.startswith(f"{language}-", autoescape=True))


def _has_words(words: str) -> ColumnElement[bool]:
    """SQLite knows capital letters only of English, so the usual ways to write a word are all asked for."""
    written = dict.fromkeys((words, words.lower(), words.upper(), words.capitalize()))
    columns = Submission.text, Submission.place_name, Submission.place_words
    return or_(*(column.icontains(one, autoescape=True) for column in columns for one in written))
