"""Notices: anybody reports something published, without an account."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from participation.errors import Conflict, FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import APPEAL_TIME
from participation.models.notices import EXPLANATION_MAX, GROUNDS, NAME_MAX, Notice
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import mails, roles
from participation.services.cities import numbers
from participation.services.paging import turn
from participation.text import clean_text

EXPLANATION_MIN = 10
PAGE = 25


@dataclass(frozen=True)
class Report:
    """What somebody reports, as it came from the form; name and e-mail may stay open."""

    ground: str
    explanation: str
    good_faith: bool
    name: str = ""
    email: str = ""
    lang: str = "en"
    idempotency_key: str = ""


@dataclass(frozen=True)
class Given:
    """The outcome of reporting: the notice, and whether it was there already."""

    notice: Notice
    repeated: bool = False


def give(session: Session, *, city: City, about: Submission | Place, report: Report, now: datetime) -> Given:
    """Store a notice about a published submission or place, once per idempotency key.

    Raises FormInvalid with every problem by field, and Conflict where the key was used for another notice.
    """
    notice = Notice(city_id=city.id, created_at=now, lang=report.lang, **_checked(report))
    if isinstance(about, Submission):
        notice.submission_id = about.id
    else:
        notice.place_id = about.id
    notice.idempotency_hash = _hash(report.idempotency_key)
    repeated = _given_before(session, notice)
    if repeated:
        return Given(repeated, repeated=True)
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError as error:
        # A double click: the other request stored it a moment ago, unless what it is about was erased just then.
        repeated = _given_before(session, notice)
        if repeated is None:
            raise NotFound("nothing_to_report") from error
        return Given(repeated, repeated=True)
    return Given(notice)


def one(session: Session, *, city: City, notice_id: UUID) -> Notice:
    """A notice by the address that its author was shown; raises NotFound."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.city_id != city.id:
        raise NotFound("notice_unknown")
    return notice


def waiting(session: Session, *, cities: Sequence[City]) -> dict[int, int]:
    """How many notices wait for a decision, by the id of the city."""
    return numbers(session, cities=cities, of=Notice, status="received")


def listing(session: Session, *, account: Account, city: City, page: int = 1) -> tuple[Sequence[Notice], int]:
    """A page of what waits in a city, oldest first, and how many pages there are.

    For an account that may not decide there it is NotFound, so that nothing is given away.
    """
    if not roles.may_in(account, "decide", city):
        raise NotFound("city_unknown", slug=city.slug)
    total = waiting(session, cities=[city])[city.id]
    query = (
        select(Notice)
        .where(Notice.city_id == city.id, Notice.status == "received")
        .options(joinedload(Notice.place), joinedload(Notice.submission).joinedload(Submission.campaign))
        .order_by(Notice.id)
    )
    on_page, pages = turn(query, total=total, page=page, size=PAGE)
    return session.scalars(on_page).all(), pages


def forget_reporters(session: Session, *, now: datetime) -> int:
    """Forget names and addresses once nobody can object to what was decided any more; returns how many."""
    known = or_(Notice.name.is_not(None), Notice.email.is_not(None))
    old = update(Notice).where(Notice.decided_at < now - APPEAL_TIME, known).values(name=None, email=None)
    return len(session.execute(old.returning(Notice.id)).all())


def _checked(report: Report) -> dict[str, str | None]:
    """The columns of a notice; raises FormInvalid."""
    explanation, name = clean_text(report.explanation), " ".join(clean_text(report.name).split())
    problems: dict[str, Problem] = {}
    if report.ground not in GROUNDS:
        problems["ground"] = Problem("unknown_code" if report.ground else "required", {"value": report.ground[:60]})
    length = len(explanation)
    if length > EXPLANATION_MAX:
        problems["explanation"] = Problem("too_long", {"max": EXPLANATION_MAX, "length": length})
    elif length < EXPLANATION_MIN:
        problems["explanation"] = Problem("too_short", {"min": EXPLANATION_MIN, "length": length})
    if len(name) > NAME_MAX:
        problems["name"] = Problem("too_long", {"max": NAME_MAX, "length": len(name)})
    email, wrong = mails.address(report.email) if report.email.strip() else ("", None)
    if wrong:
        problems["email"] = wrong
    if not report.good_faith:
        problems["good_faith"] = Problem("not_ticked")
    if problems:
        raise FormInvalid(problems)
    return {"ground": report.ground, "explanation": explanation, "name": name or None, "email": email or None}


def _given_before(session: Session, notice: Notice) -> Notice | None:
    if notice.idempotency_hash is None:
        return None
    known = session.scalar(select(Notice).where(Notice.idempotency_hash == notice.idempotency_hash))
    if known and _content(known) != _content(notice):
        raise Conflict("already_sent")
    return known


def _content(notice: Notice) -> tuple[object, ...]:
    about = notice.city_id, notice.submission_id, notice.place_id
    return *about, notice.ground, notice.explanation, notice.name, notice.email


def _hash(key: str) -> str | None:
    return hashlib.sha256(f"notice:{key}".encode()).hexdigest() if key else None
