"""The tokens of scripts: each opens one export profile of a city, for a time, and can be taken back at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from participation.errors import FormInvalid, NotAllowed, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.export_profiles import NOTE_MAX, ExportProfile, ExportToken
from participation.services import export_profiles, roles
from participation.text import clean_text, fingerprint

# What somebody may choose, in days; the first one is offered. None works longer than a year without being thought of.
LASTS = (90, 30, 365)
# How many of a profile work at a time.
MOST = 10
# One that has ended stays on the list for a while, so that it can be seen when it was used last.
KEPT = timedelta(days=90)
# A script that asks every second does not write to the database every second.
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """A token and its secret, which is told once and kept nowhere."""

    token: ExportToken
    secret: str


def state(token: ExportToken, *, now: datetime) -> str:
    """Whether a token works: `works`, `revoked`, `ended`, or `orphaned` where its maker may not do this any more."""
    if token.revoked_at is not None:
        return "revoked"
    if token.ends_at <= now:
        return "ended"
    return "works" if _may(token) else "orphaned"


def make(
    session: Session, *, account: Account, city: City, profile_id: int, note: str, days: int, now: datetime
) -> Made:
    """A new token for a profile; raises NotFound for an account that may not, FormInvalid about `note` or `days`."""
    profile = export_profiles.one(session, account=account, city=city, profile_id=profile_id)
    note = " ".join(clean_text(note).split())
    problems = _problems(profile, note, days, now)
    if problems:
        raise FormInvalid(problems)
    secret = secrets.token_urlsafe(32)
    made = ExportToken(
        profile=profile,
        note=note,
        token_hash=fingerprint(secret),
        made_by_id=account.id,
        made_at=now,
        ends_at=now + timedelta(days=days),
    )
    session.add(made)
    session.flush()
    return Made(made, secret)


def revoke(session: Session, *, account: Account, city: City, token_id: int, now: datetime) -> ExportToken:
    """Take a token back; it stays on the list for a while. Raises NotFound for an account that may not."""
    found = session.get(ExportToken, token_id)
    if found is None:
        raise NotFound("export_token_unknown", id=token_id)
    export_profiles.one(session, account=account, city=city, profile_id=found.profile_id)
    found.revoked_at = found.revoked_at or now
    session.flush()
    return found


def by_secret(session: Session, *, city: City, name: str, secret: str, now: datetime) -> ExportToken:
    """The token behind a secret that opens this profile of this city now.

    Raises NotAllowed with why not: `token_unknown`, `token_revoked`, `token_ended` or `token_orphaned`. Only who holds
    the token learns more than that it is unknown.
    """
    query = select(ExportToken).where(ExportToken.token_hash == fingerprint(secret))
    loaded = joinedload(ExportToken.profile), joinedload(ExportToken.made_by).joinedload(Account.city)
    token = session.scalar(query.options(*loaded))
    if token is None or (token.profile.city_id, token.profile.name) != (city.id, name):
        raise NotAllowed("token_unknown")
    found = state(token, now=now)
    if found != "works":
        raise NotAllowed(f"token_{found}")
    return token


def is_worth_noting(token: ExportToken, *, now: datetime) -> bool:
    """Whether it was not noted a moment ago that a token was used."""
    return token.last_used_at is None or token.last_used_at < now - NOTED_EVERY


def note_use(session: Session, *, token_id: int, now: datetime) -> None:
    """Note that a token was used; it may be gone by now."""
    session.execute(update(ExportToken).where(ExportToken.id == token_id).values(last_used_at=now))


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete those that stopped working a while ago; returns how many."""
    over = func.coalesce(ExportToken.revoked_at, ExportToken.ends_at)
    old = delete(ExportToken).where(over < now - KEPT).returning(ExportToken.id)
    return len(session.execute(old).all())


def _may(token: ExportToken) -> bool:
    return roles.may_in(token.made_by, "manage_exports", token.profile.city)


def _problems(profile: ExportProfile, note: str, days: int, now: datetime) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    if not note:
        problems["note"] = Problem("required")
    elif len(note) > NOTE_MAX:
        problems["note"] = Problem("too_long", {"max": NOTE_MAX, "length": len(note)})
    if days not in LASTS:
        problems["days"] = Problem("unknown_code")
    if sum(state(token, now=now) == "works" for token in profile.tokens) >= MOST:
        problems["note"] = Problem("too_many_tokens", {"max": MOST})
    return problems
