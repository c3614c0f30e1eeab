"""Counting how often something is done, under keys that name nobody and for no longer than the limit needs."""

import hmac
import secrets
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from participation.models.limits import LimitCount, LimitKey
from participation.text import fingerprint

BATCH = 500


def count(session: Session, *, key: str, seconds: int, amount: int, now: datetime) -> int:
    """Add to a count that begins anew `seconds` after its first use; returns what it is now, while others count too."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    ends_at = now + timedelta(seconds=seconds)
    statement = dialect.insert(LimitCount).values(key=fingerprint(key), n=amount, ends_at=ends_at)
    over = LimitCount.ends_at <= now
    anew = {
        "n": case((over, amount), else_=LimitCount.n + amount),
        "ends_at": case((over, statement.excluded.ends_at), else_=LimitCount.ends_at),
    }
    counted = statement.on_conflict_do_update(index_elements=[LimitCount.key], set_=anew)
    return session.execute(counted.returning(LimitCount.n)).scalar_one()


def counted(session: Session, *, key: str, now: datetime) -> int:
    """What a count is."""
    return session.scalar(select(LimitCount.n).where(LimitCount.key == fingerprint(key), LimitCount.ends_at > now)) or 0


def ends(session: Session, *, key: str, now: datetime) -> datetime:
    """When a count begins anew; one that is not there begins now."""
    query = select(LimitCount.ends_at).where(LimitCount.key == fingerprint(key), LimitCount.ends_at > now)
    return session.scalar(query) or now


def clear(session: Session, *, key: str) -> None:
    """Begin a count anew."""
    session.execute(delete(LimitCount).where(LimitCount.key == fingerprint(key)))


def clear_all(session: Session) -> int:
    """Begin every count anew; returns how many there were."""
    keys = session.scalars(select(LimitCount.key)).all()
    session.execute(delete(LimitCount))
    return len(keys)


def secret_of_day(session: Session, *, now: datetime) -> str | None:
    """The key of today; None where nobody has asked for it yet."""
    return session.scalar(select(LimitKey.secret).where(LimitKey.day == now.date()))


def make_secret_of_day(session: Session, *, now: datetime) -> str:
    """The key of today, made by whoever is first."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(LimitKey).values(day=now.date(), secret=secrets.token_hex(32))
    session.execute(statement.on_conflict_do_nothing())
    return session.scalars(select(LimitKey.secret).where(LimitKey.day == now.date())).one()


def name_of(address: str, *, secret: str) -> str:
    """An address as a hash under the key of a day: the same all day, and nobody's any more when the key is deleted.

    A household has a whole network of IPv6 addresses, so these count together.
    """
    return hmac.digest(bytes.fromhex(secret), _network(address).encode(), "sha256").hex()


def forget(session: Session, *, now: datetime) -> int:
    """Forget the counts that are over, at most BATCH, and the keys of former days; returns how many."""
    old = session.scalars(select(LimitCount.key).where(LimitCount.ends_at <= now).limit(BATCH)).all()
    if old:
        # Somebody may begin one of them anew at this moment.
        session.execute(delete(LimitCount).where(LimitCount.key.in_(old), LimitCount.ends_at <= now))
    days = session.scalars(select(LimitKey.day).where(LimitKey.day < now.date())).all()
    if days:
        session.execute(delete(LimitKey).where(LimitKey.day.in_(days)))
    return len(old) + len(days)


def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, 64), strict=False))
    return str(known)
