"""The outbox: written with what a mail is about, emptied by the worker; sent is what a server has accepted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation.errors import Problem
from participation.models.mails import Mail

BATCH = 5
# Nobody else takes a mail while one worker tries; one that is killed meanwhile leaves it to the next try after this.
CLAIMED = timedelta(minutes=5)
# How long to wait after each failed try; the last one holds for all further ones.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
GIVE_UP = timedelta(days=3)
KEPT = timedelta(days=7)
SUBJECT_MAX = 250
ERROR_MAX = 120


def address(text: str) -> tuple[str, Problem | None]:
    """An e-mail address as it is stored, and what is wrong with it; nothing is looked up."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return "", Problem("not_an_address")
    return checked.ascii_email or checked.normalized, None


def write(
    session: Session,
    *,
    recipient: str,
    subject: str,
    body: str,
    lang: str,
    now: datetime,
    mail_id: UUID | None = None,
    wait: timedelta = timedelta(0),
    secret: bool = False,
) -> Mail:
    """Put a mail into the outbox; it leaves after the commit and a `wait`.

    One that has this id already is not written again. The text of a `secret` one goes as soon as it was sent.
    """
    known = session.get(Mail, mail_id) if mail_id else None
    if known:
        return known
    mail = Mail(
        id=mail_id or uuid7(),
        recipient=recipient,
        subject=" ".join(subject.split())[:SUBJECT_MAX],
        body=body.strip() + "\n",
        lang=lang,
        created_at=now,
        due_at=now + wait,
        secret=secret,
    )
    session.add(mail)
    session.flush()
    return mail


def due(session: Session, *, now: datetime) -> Sequence[Mail]:
    """Take the mails that are to be sent now, oldest first, at most BATCH; no other worker takes them for a while."""
    waiting = Mail.sent_at.is_(None), Mail.given_up_at.is_(None), Mail.due_at <= now
    taken = []
    for mail in session.scalars(select(Mail).where(*waiting).order_by(Mail.due_at, Mail.id).limit(BATCH)).all():
        claim = update(Mail).where(Mail.id == mail.id, *waiting).values(due_at=now + CLAIMED)
        if session.execute(claim.returning(Mail.id)).all():
            taken.append(mail)
    return taken


def sent(session: Session, *, mail_id: UUID, now: datetime) -> None:
    """A server has taken a mail."""
    session.execute(update(Mail).where(Mail.id == mail_id).values(sent_at=now, last_error=None))
    _blank(session, mail_id)


def failed(session: Session, *, mail_id: UUID, error: str, final: bool, now: datetime) -> None:
    """A try has failed: wait longer each time, and give up after GIVE_UP, or at once where the answer was `final`."""
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.sent_at:
        return
    mail.due_at = now + WAITS[min(mail.tries, len(WAITS) - 1)]
    mail.tries += 1
    mail.last_error = error[:ERROR_MAX]
    if final or mail.due_at > mail.created_at + GIVE_UP:
        mail.given_up_at = now
        _blank(session, mail_id)
    session.flush()


def given_up(session: Session) -> Sequence[Mail]:
    """What could not be delivered, the newest first, as long as it is kept."""
    return session.scalars(select(Mail).where(Mail.given_up_at.is_not(None)).order_by(Mail.given_up_at.desc())).all()


def take_back(session: Session, *, mail_id: UUID) -> bool:
    """Delete a mail that has not left yet; says whether there was one."""
    waiting = delete(Mail).where(Mail.id == mail_id, Mail.sent_at.is_(None))
    return len(session.execute(waiting.returning(Mail.id)).all()) == 1


def forget_about(session: Session, *, mark: str) -> None:
    """Delete all mails, sent or waiting, in whose text this mark stands."""
    session.execute(delete(Mail).where(Mail.body.contains(mark, autoescape=True)))


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what was sent or given up KEPT ago; returns how many."""
    ended = or_(Mail.sent_at < now - KEPT, Mail.given_up_at < now - KEPT)
    return len(session.execute(delete(Mail).where(ended).returning(Mail.id)).all())


def _blank(session: Session, mail_id: UUID) -> None:
    """Take the text out of a secret mail that nobody needs any more: whoever reads the outbox finds no link in it."""
    session.execute(update(Mail).where(Mail.id == mail_id, Mail.secret).values(body=""))
