"""Export profiles of a city: kept by its lead under a name, used again by everybody who may have such a file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from participation.errors import FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.export_profiles import NAME_MAX, ExportProfile, ExportToken
from participation.services import roles
from participation.text import clean_text

# A city that needs more keeps two that nobody uses any more.
MOST = 50
# The name stands in addresses: what has a meaning there, such as slashes, is left out.
NAME = re.compile(r"[^\W_][\w .-]*")


@dataclass(frozen=True)
class Wish:
    """What is downloaded: the name of the file, the pairs of the query string, and whether it holds what is not public.

    That the pairs are good is for the caller to see to, who knows how to read them.
    """

    file: str
    query: tuple[tuple[str, str], ...]
    internal: bool


def of_city(session: Session, *, account: Account, city: City) -> Sequence[ExportProfile]:
    """The profiles of a city by name, for everybody who may download what is internal there; else NotFound."""
    if not roles.may_in(account, "export_internal", city):
        raise NotFound("city_unknown", slug=city.slug)
    query = select(ExportProfile).where(ExportProfile.city_id == city.id).order_by(ExportProfile.name)
    # For the list of the tokens too, in one statement for all of them.
    tokens = selectinload(ExportProfile.tokens).joinedload(ExportToken.made_by)
    return session.scalars(query.options(tokens)).all()


def by_name(session: Session, *, city: City, name: str) -> ExportProfile:
    """A profile of a city; raises NotFound."""
    found = session.scalar(_named(city, name))
    if found is None:
        raise NotFound("export_profile_unknown", name=name)
    return found


def one(session: Session, *, account: Account, city: City, profile_id: int) -> ExportProfile:
    """A profile of a city, for who may change it; NotFound for all others."""
    found = session.get(ExportProfile, profile_id)
    if found is None or found.city_id != city.id or not roles.may_in(account, "manage_exports", city):
        raise NotFound("export_profile_unknown", id=profile_id)
    return found


def keep(
    session: Session, *, account: Account, city: City, name: str, wish: Wish, now: datetime, replace: bool = False
) -> ExportProfile:
    """Store a profile, or put another wish in the place of the one with this name.

    Raises NotFound for an account that may not, and FormInvalid about the `name`.
    """
    if not roles.may_in(account, "manage_exports", city):
        raise NotFound("city_unknown", slug=city.slug)
    name = " ".join(clean_text(name).split())
    before = session.scalar(_named(city, name))
    problem = _problem(name) or (_problem_before(before, wish, now, replace) if before else _full(session, city))
    if problem:
        raise FormInvalid({"name": problem})
    kept = before or ExportProfile(city_id=city.id, name=name)
    kept.file, kept.query, kept.internal = wish.file, [list(pair) for pair in wish.query], wish.internal
    kept.changed_by_id, kept.changed_at = account.id, now
    session.add(kept)
    session.flush()
    return kept


def delete(session: Session, *, account: Account, city: City, profile_id: int) -> None:
    """Throw a profile away with its tokens; scripts that use it are refused from now on."""
    session.delete(one(session, account=account, city=city, profile_id=profile_id))
    session.flush()


def _named(city: City, name: str) -> Select[ExportProfile]:
    return select(ExportProfile).where(ExportProfile.city_id == city.id, ExportProfile.name == name)


def _problem(name: str) -> Problem | None:
    if not name:
        return Problem("required")
    if len(name) > NAME_MAX:
        return Problem("too_long", {"max": NAME_MAX, "length": len(name)})
    return None if NAME.fullmatch(name) else Problem("name_for_addresses")


def _problem_before(before: ExportProfile, wish: Wish, now: datetime, replace: bool) -> Problem | None:
    if not replace:
        return Problem("name_taken")
    widened = wish.internal and not before.internal
    if widened and any(token.revoked_at is None and token.ends_at > now for token in before.tokens):
        return Problem("scripts_would_see_more")
    return None


def _full(session: Session, city: City) -> Problem | None:
    n = session.scalar(select(func.count()).where(ExportProfile.city_id == city.id)) or 0
    return Problem("too_many_profiles", {"max": MOST}) if n >= MOST else None
