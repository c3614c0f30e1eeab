"""Sessions of staff: begun with a sign-in, known again by the key in the cookie, ended on the server."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, not_, select, update
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.account_sessions import AccountSession
from participation.models.accounts import Account
from participation.text import fingerprint

# A session ends this long after it was used last, and in any case this long after it began.
UNUSED = timedelta(hours=12)
LONGEST = timedelta(days=14)
# How exactly the last use is kept: a page that only reads should not write each time.
SEEN_EVERY = timedelta(minutes=5)
# The first that fits counts: most browsers call themselves by the names of others too.
BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS)/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iOS", r"\b(iPhone|iPad|iPod)\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)
Who = TypeVar("Who", bound=Account)


def begin(session: Session, *, account_id: int, user_agent: str, now: datetime) -> str:
    """Note that somebody has signed in; returns the key that goes into the cookie and is kept as a hash only."""
    key = secrets.token_urlsafe(32)
    browser, system = device(user_agent)
    made = AccountSession(
        account_id=account_id, key_hash=fingerprint(key), browser=browser, system=system, created_at=now, seen_at=now
    )
    session.add(made)
    session.flush()
    return key


def find(session: Session, *, key: str, kind: type[Who], now: datetime) -> tuple[Who, AccountSession] | None:
    """The account and the session that belong to a key; None where it has ended or the account is switched off."""
    query = (
        select(kind, AccountSession)
        .join(AccountSession, AccountSession.account_id == kind.id)
        .where(
            AccountSession.key_hash == fingerprint(key),
            _goes_on(now),
            kind.active,
        )
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1]) if found else None


def is_due(found: AccountSession, *, now: datetime) -> bool:
    """Whether its last use is to be noted again."""
    return found.seen_at <= now - SEEN_EVERY


def seen(session: Session, *, session_id: UUID, now: datetime) -> None:
    """Note the last use."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=now))


def of_account(session: Session, *, account: Account, now: datetime) -> Sequence[AccountSession]:
    """The sessions that have not ended, the one used last first."""
    query = select(AccountSession).where(AccountSession.account_id == account.id, _goes_on(now))
    return session.scalars(query.order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())).all()


def end(session: Session, *, account: Account, session_id: UUID) -> None:
    """End one session of an account; raises NotFound where it has none of this id."""
    own = delete(AccountSession).where(AccountSession.id == session_id, AccountSession.account_id == account.id)
    if not session.execute(own.returning(AccountSession.id)).all():
        raise NotFound("session_unknown")


def end_by_key(session: Session, *, key: str) -> None:
    """End the session with this key, if there is one."""
    session.execute(delete(AccountSession).where(AccountSession.key_hash == fingerprint(key)))


def end_all(session: Session, *, account_id: int) -> None:
    """Sign somebody out everywhere."""
    session.execute(delete(AccountSession).where(AccountSession.account_id == account_id))


def forget_ended(session: Session, *, now: datetime) -> int:
    """Delete the rows of sessions that have ended by themselves; returns how many."""
    return len(session.execute(delete(AccountSession).where(not_(_goes_on(now))).returning(AccountSession.id)).all())


def device(user_agent: str) -> tuple[str, str]:
    """The names of the browser and of the system, each empty where it is not a well-known one."""
    return _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)


def _goes_on(now: datetime) -> ColumnElement[bool]:
    return and_(AccountSession.seen_at > now - UNUSED, AccountSession.created_at > now - LONGEST)


def _first(names: Sequence[tuple[str, str]], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")
