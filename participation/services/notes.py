"""Notes on entries: the city's own people write and settle them, the partner's facilitators advise."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.notes import TEXT_MAX, Note
from participation.models.submissions import Submission
from participation.services import roles
from participation.services.paging import turn
from participation.text import clean_text

PAGE = 25


def write(session: Session, *, account: Account, submission: Submission, text: str, lang: str, now: datetime) -> Note:
    """Leave a note on an entry of the own city; whoever writes it looks after it.

    Raises NotFound for an account that may not decide there, and FormInvalid for an empty or too long text.
    """
    if submission.status == "erased" or not roles.may_in(account, "decide", submission.city):
        raise NotFound("submission_unknown")
    text = _checked(text)
    return _store(
        session,
        Note(
            kind="note",
            author_id=account.id,
            keeper_id=account.id,
            submission=submission,
            text=text,
            lang=lang,
            created_at=now,
        ),
    )


def advise(session: Session, *, account: Account, submission: Submission, text: str, lang: str, now: datetime) -> Note:
    """Advise the city on something published, as a facilitator of its partnership; the city decides.

    Raises NotFound as `published_for`, and FormInvalid for an empty or too long text.
    """
    published_for(session, account=account, submission_id=submission.id)
    text = _checked(text)
    return _store(
        session, Note(kind="advice", author_id=account.id, submission=submission, text=text, lang=lang, created_at=now)
    )


def published_for(session: Session, *, account: Account, submission_id: UUID) -> Submission:
    """What a facilitator may advise on: something published in a city of the partnership; NotFound for all else."""
    submission = session.get(Submission, submission_id)
    if submission is None or submission.status != "published" or not roles.may_in(account, "advise", submission.city):
        raise NotFound("submission_unknown")
    return submission


def of_submission(session: Session, *, submission: Submission) -> Sequence[Note]:
    """All notes and all advice on an entry, oldest first, for those who decide on it."""
    query = select(Note).where(Note.submission_id == submission.id).order_by(Note.id)
    return session.scalars(query.options(joinedload(Note.author))).all()


def own_advice(session: Session, *, account: Account, submission: Submission) -> Sequence[Note]:
    """What a facilitator has advised on an entry before, oldest first."""
    query = select(Note).where(Note.submission_id == submission.id, Note.author_id == account.id)
    return session.scalars(query.order_by(Note.id)).all()


def waiting(session: Session, *, city: City) -> int:
    """How many notes of a city nobody has settled yet."""
    query = select(func.count()).select_from(Note).where(Note.city_id == city.id, Note.done_at.is_(None))
    return session.scalar(query) or 0


def listing(session: Session, *, account: Account, city: City, page: int = 1) -> tuple[Sequence[Note], int]:
    """A page of a city's notes that nobody has settled yet, oldest first, and how many pages there are.

    For an account that may not decide there it is NotFound, so that nothing is given away.
    """
    if not roles.may_in(account, "decide", city):
        raise NotFound("city_unknown", slug=city.slug)
    total = waiting(session, city=city)
    query = (
        select(Note)
        .where(Note.city_id == city.id, Note.done_at.is_(None))
        .options(joinedload(Note.author), joinedload(Note.keeper))
        .options(joinedload(Note.submission).joinedload(Submission.campaign))
        .order_by(Note.id)
    )
    on_page, pages = turn(query, total=total, page=page, size=PAGE)
    return session.scalars(on_page).all(), pages


def settle(session: Session, *, account: Account, note_id: UUID, now: datetime) -> Note:
    """The city has dealt with a note. Twice is once; NotFound for an account of another city."""
    note = session.get(Note, note_id)
    if note is None or not roles.may_in(account, "decide", note.submission.city):
        raise NotFound("note_unknown")
    note.done_at = note.done_at or now
    session.flush()
    return note


def forget(session: Session, *, submission: Submission) -> None:
    """Delete what was noted on an entry that is erased: it may have been quoted."""
    session.execute(delete(Note).where(Note.submission_id == submission.id))


def _checked(text: str) -> str:
    text = clean_text(text)
    if not text:
        raise FormInvalid({"text": Problem("text_empty")})
    if len(text) > TEXT_MAX:
        raise FormInvalid({"text": Problem("too_long", {"max": TEXT_MAX, "length": len(text)})})
    return text


def _store(session: Session, note: Note) -> Note:
    note.city_id = note.submission.city_id
    session.add(note)
    session.flush()
    return note
