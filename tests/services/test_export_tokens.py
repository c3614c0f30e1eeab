"""Tokens of scripts: told once, good for one profile and for a time, and for nobody who may not do it any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile, ExportToken
from participation.services import export_tokens as service
from participation.services.export_tokens import Made
from participation.text import fingerprint
from tests.factories import accounts, cities, export_profiles
from tests.factories.cities import OUTSIDE
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lead(session: Session, city: City) -> Account:
    return accounts.make(session, city, role="city_lead")


@pytest.fixture
def profile(session: Session, city: City, lead: Account) -> ExportProfile:
    return export_profiles.make(session, lead, city)


@pytest.fixture
def made(session: Session, lead: Account, profile: ExportProfile) -> Made:
    return export_profiles.token(session, lead, profile)


def refused(session: Session, city: City, secret: str, *, name: str = "nightly", later: timedelta = MINUTE) -> str:
    """Why a token does not open a profile, or that it does."""
    now = NOW + later
    try:
        token = service.by_secret(session, city=city, name=name, secret=secret, now=now)
    except NotAllowed as refusal:
        return refusal.code
    if service.is_worth_noting(token, now=now):
        service.note_use(session, token_id=token.id, now=now)
    return "opens"


def test_only_the_fingerprint_is_kept_and_the_last_use_is_noted(session: Session, city: City, made: Made) -> None:
    session.commit()
    [stored] = session.scalars(select(ExportToken))
    values = [getattr(stored, column.name) for column in ExportToken.__table__.columns]
    assert made.secret not in map(str, values)
    assert stored.token_hash == fingerprint(made.secret)
    assert stored.last_used_at is None
    assert refused(session, city, made.secret) == "opens"
    assert stored.last_used_at == NOW + MINUTE
    # Again a moment later: nothing is written.
    assert refused(session, city, made.secret, later=MINUTE + timedelta(seconds=30)) == "opens"
    assert stored.last_used_at == NOW + MINUTE
    assert refused(session, city, made.secret, later=2 * MINUTE + timedelta(seconds=1)) == "opens"
    assert stored.last_used_at == NOW + 2 * MINUTE + timedelta(seconds=1)


def test_it_ends_is_revoked_and_goes_with_the_rights_of_its_maker(
    session: Session, city: City, lead: Account, made: Made
) -> None:
    assert refused(session, city, made.secret, later=30 * DAY) == "token_ended"
    lead.active = False
    assert refused(session, city, made.secret) == "token_orphaned"
    lead.active, lead.role = True, "moderator"
    assert refused(session, city, made.secret) == "token_orphaned"
    lead.role = "city_lead"
    assert refused(session, city, made.secret) == "opens"
    service.revoke(session, account=lead, city=city, token_id=made.token.id, now=NOW + DAY)
    assert refused(session, city, made.secret, later=DAY) == "token_revoked"
    # Taken back once more: the first time counts.
    service.revoke(session, account=lead, city=city, token_id=made.token.id, now=NOW + 2 * DAY)
    assert made.token.revoked_at == NOW + DAY


@sqlite_only
@pytest.mark.parametrize("secret", ["", "x", "ü" * 10_000, "\x00", "' or 1=1 --"])
def test_what_is_no_token_opens_nothing(session: Session, city: City, made: Made, secret: str) -> None:
    assert refused(session, city, secret) == "token_unknown"


@sqlite_only
def test_it_opens_one_profile_of_one_city(session: Session, city: City, lead: Account, made: Made) -> None:
    export_profiles.make(session, lead, city, name="other")
    metz = cities.make(session, "metz", centre=OUTSIDE)
    export_profiles.make(session, accounts.make(session, metz, role="city_lead"), metz)
    assert refused(session, city, made.secret, name="other") == "token_unknown"
    assert refused(session, metz, made.secret) == "token_unknown"
    assert refused(session, city, made.token.token_hash) == "token_unknown"


@sqlite_only
def test_only_the_lead_of_the_city_makes_and_revokes(
    session: Session, city: City, profile: ExportProfile, made: Made
) -> None:
    metz = cities.make(session, "metz", centre=OUTSIDE)
    for account in (accounts.make(session, city), accounts.make(session, metz, role="city_lead")):
        for through in (city, metz):
            with pytest.raises(NotFound):
                service.revoke(session, account=account, city=through, token_id=made.token.id, now=NOW)
            values = {"profile_id": profile.id, "note": "x", "days": 30}
            with pytest.raises(NotFound):
                service.make(session, account=account, city=through, now=NOW, **values)
    assert made.token.revoked_at is None


@sqlite_only
@pytest.mark.parametrize(
    ("note", "days", "problems"),
    [
        ("", 30, {"note": "required"}),
        ("x" * 81, 30, {"note": "too_long"}),
        ("x", 31, {"days": "unknown_code"}),
        ("", 0, {"note": "required", "days": "unknown_code"}),
    ],
)
def test_a_token_has_a_purpose_and_an_end(
    session: Session, city: City, lead: Account, profile: ExportProfile, note: str, days: int, problems: dict[str, str]
) -> None:
    with pytest.raises(FormInvalid) as caught:
        service.make(session, account=lead, city=city, profile_id=profile.id, note=note, days=days, now=NOW)
    assert {field: problem.code for field, problem in caught.value.problems.items()} == problems


@sqlite_only
def test_only_so_many_work_at_a_time(
    session: Session, lead: Account, profile: ExportProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    export_profiles.token(session, lead, profile)
    with pytest.raises(FormInvalid):
        export_profiles.token(session, lead, profile)
    # The first one has ended by then.
    export_profiles.token(session, lead, profile, now=NOW + 31 * DAY)


def _nothing(_session: Session, _lead: Account, _made: Made) -> None:
    pass


def _revoke(session: Session, lead: Account, made: Made) -> None:
    assert lead.city
    service.revoke(session, account=lead, city=lead.city, token_id=made.token.id, now=NOW)


@pytest.mark.parametrize(("before", "stays"), [(_nothing, 120), (_revoke, 90)])
def test_one_that_is_over_stays_on_the_list_for_a_while(
    session: Session, lead: Account, made: Made, before: Callable[[Session, Account, Made], None], stays: int
) -> None:
    before(session, lead, made)
    session.flush()
    assert service.forget_old(session, now=NOW + stays * DAY - MINUTE) == 0
    assert service.forget_old(session, now=NOW + stays * DAY + MINUTE) == 1
