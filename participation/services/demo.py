"""The demonstration: four cities, two partnerships, staff accounts and sample submissions."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.services import (
    accounts,
    cities,
    demo_rows,
    demo_samples,
    demo_seasons,
    partnership_files,
    partnerships,
    tiles,
)
from participation.services.demo_seasons import Season
from participation.services.demo_submissions import Maker, Sample

CITIES = ("worms", "metz", "koeln", "yarinacocha")
PARTNERSHIPS = ("worms-metz", "koeln-yarinacocha")
# Address, role, and the city or partnership; the first ones decide on the samples of their city.
STAFF = (
    *((slug, "moderator", slug) for slug in CITIES),
    ("lead-worms", "city_lead", "worms"),
    ("worms-metz", "facilitator", "worms-metz"),
    ("operator", "operator", ""),
)
MAIL_DOMAIN = "demo.example"
# Without letters and digits that look alike; 16 of them are 79 random bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class SignIn:
    """A staff account of the demo; the password is told once and kept nowhere."""

    email: str
    role: str
    scope: str
    password: str


def load(
    session: Session, *, folder: Path, basemaps: Path, today: date, hash_password: Callable[[str], str]
) -> list[SignIn]:
    """Load the demo from the files in `folder`; nothing happens where it is there already, told by an empty list.

    Raises Conflict where one of its slugs belongs to a city of somebody's own.
    """
    if _is_there(session):
        return []
    season = demo_seasons.current(today)
    seasons = (season, demo_seasons.previous(season))
    loaded = {slug: cities.load(session, file=folder / f"{slug}.toml", basemaps=basemaps, demo=True) for slug in CITIES}
    joined = {slug: _partnership(session, folder / f"{slug}.toml", seasons, loaded) for slug in PARTNERSHIPS}
    sign_ins = [_sign_in(*member) for member in STAFF]
    staff = _accounts(session, sign_ins, {**loaded, **joined}, hash_password, seasons[-1].starts)
    for partnership in joined.values():
        for city in partnership.cities:
            maker = Maker(city, demo_samples.plan(city.slug), today)
            moderator = staff[f"{city.slug}@{MAIL_DOMAIN}"]
            demo_rows.store(session, maker=maker, samples=_samples(maker, partnership, seasons), moderator=moderator)
            tiles.rebuild(session, city=city)
    return sign_ins


def _is_there(session: Session) -> bool:
    query = select(City.slug, City.demo).where(City.slug.in_(CITIES)).order_by(City.slug)
    found = session.execute(query).all()
    if any(demo for _, demo in found):
        return True
    if found:
        raise Conflict("demo_slug_taken", slugs=", ".join(slug for slug, _ in found))
    return False


def _partnership(
    session: Session, file: Path, seasons: tuple[Season, Season], loaded: Mapping[str, City]
) -> Partnership:
    found = partnership_files.read(file)
    across_equator = len({loaded[slug].centre_lat > 0 for slug in found.cities}) > 1
    campaigns = tuple(season.campaign(across_equator=across_equator) for season in seasons)
    return partnerships.store(session, found=replace(found, campaigns=campaigns))


def _sign_in(name: str, role: str, scope: str) -> SignIn:
    letters = [secrets.choice(LETTERS) for _ in range(16)]
    password = "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))
    return SignIn(f"{name}@{MAIL_DOMAIN}", role, scope, password)


def _accounts(
    session: Session,
    sign_ins: Sequence[SignIn],
    scopes: Mapping[str, City | Partnership],
    hash_password: Callable[[str], str],
    since: date,
) -> dict[str, Account]:
    return {
        sign_in.email: accounts.create(
            session,
            email=sign_in.email,
            password_hash=hash_password(sign_in.password),
            role=sign_in.role,
            scope=scopes.get(sign_in.scope),
            now=datetime.combine(since, time(), UTC),
        )
        for sign_in in sign_ins
    }


def _samples(maker: Maker, partnership: Partnership, seasons: tuple[Season, Season]) -> list[Sample]:
    campaigns = {campaign.code: campaign for campaign in partnership.campaigns}
    this, last = seasons
    return [
        *maker.current(campaigns[this.code], this),
        *maker.previous(campaigns[last.code], last),
    ]
