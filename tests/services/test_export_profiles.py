"""Export profiles: kept by the lead under a name, and never made wider behind the back of a script."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.export_profiles import NAME_MAX, ExportProfile, ExportToken
from participation.services import export_profiles as service
from participation.services import export_tokens
from participation.services.export_profiles import Wish
from tests.factories import accounts, cities, export_profiles
from tests.factories.cities import OUTSIDE
from tests.factories.export_profiles import INTERNAL, PUBLIC
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only


@pytest.fixture
def lead(session: Session, city: City) -> Account:
    return accounts.make(session, city, role="city_lead")


def keep(session: Session, lead: Account, city: City, name: str, wish: Wish = PUBLIC, *, replace: bool = False) -> str:
    """The name under which it is kept, or the code of the problem."""
    try:
        kept = service.keep(session, account=lead, city=city, name=name, wish=wish, now=NOW, replace=replace)
    except FormInvalid as invalid:
        return invalid.problems["name"].code
    return kept.name


def test_kept_found_by_name_and_thrown_away_with_its_tokens(session: Session, city: City, lead: Account) -> None:
    made = export_profiles.make(session, lead, city, name="  GIS  Büro 2026 ")
    export_profiles.token(session, lead, made)
    session.commit()
    session.expire_all()
    found = service.by_name(session, city=city, name="GIS Büro 2026")
    assert (found.file, found.query, found.internal) == (
        "submissions.csv",
        [["kind", "idea"], ["layout", "machine"]],
        False,
    )
    service.delete(session, account=lead, city=city, profile_id=found.id)
    assert session.scalars(select(ExportProfile)).all() == []
    assert session.scalars(select(ExportToken)).all() == []
    with pytest.raises(NotFound):
        service.by_name(session, city=city, name="GIS Büro 2026")


@sqlite_only
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("", "required"),
        (" \t\u200b\u2028", "name_for_addresses"),
        ("a" * NAME_MAX, "a" * NAME_MAX),
        ("a" * (NAME_MAX + 1), "too_long"),
        ("île-de-France_2.1", "île-de-France_2.1"),
        ("..", "name_for_addresses"),
        ("a/b", "name_for_addresses"),
        ("a?b", "name_for_addresses"),
        ("-x", "name_for_addresses"),
        ("<b>", "name_for_addresses"),
    ],
)
def test_a_name_can_stand_in_an_address(session: Session, city: City, lead: Account, name: str, kept: str) -> None:
    assert keep(session, lead, city, name) == kept


def test_a_name_is_taken_until_somebody_says_that_it_is_to_be_replaced(
    session: Session, city: City, lead: Account
) -> None:
    assert keep(session, lead, city, "nightly") == "nightly"
    assert keep(session, lead, city, "nightly", INTERNAL) == "name_taken"
    assert keep(session, lead, city, "nightly", INTERNAL, replace=True) == "nightly"
    [stored] = session.scalars(select(ExportProfile))
    assert (stored.internal, stored.query) == (True, [["profile", "internal"]])


@sqlite_only
def test_a_script_never_gets_what_is_not_public_unasked(session: Session, city: City, lead: Account) -> None:
    profile = export_profiles.make(session, lead, city)
    made = export_profiles.token(session, lead, profile)
    assert keep(session, lead, city, "nightly", INTERNAL, replace=True) == "scripts_would_see_more"
    assert profile.internal is False
    export_tokens.revoke(session, account=lead, city=city, token_id=made.token.id, now=NOW)
    assert keep(session, lead, city, "nightly", INTERNAL, replace=True) == "nightly"


@sqlite_only
def test_a_city_keeps_so_many(session: Session, city: City, lead: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    assert [keep(session, lead, city, name) for name in ("a", "b", "c")] == ["a", "b", "too_many_profiles"]


@sqlite_only
def test_only_the_lead_of_the_city_keeps_and_only_its_staff_sees(session: Session, city: City, lead: Account) -> None:
    profile = export_profiles.make(session, lead, city)
    metz = cities.make(session, "metz", centre=OUTSIDE)
    moderator = accounts.make(session, city)
    strangers = [accounts.make(session, metz), accounts.make(session, metz, role="city_lead")]
    assert service.of_city(session, account=moderator, city=city) == [profile]
    for account in strangers:
        with pytest.raises(NotFound):
            service.of_city(session, account=account, city=city)
    for account in (moderator, *strangers):
        with pytest.raises(NotFound):
            service.keep(session, account=account, city=city, name="other", wish=PUBLIC, now=NOW)
        with pytest.raises(NotFound):
            service.delete(session, account=account, city=city, profile_id=profile.id)
    # Nor does somebody reach it by way of their own city.
    with pytest.raises(NotFound):
        service.delete(session, account=strangers[1], city=metz, profile_id=profile.id)
    assert service.by_name(session, city=city, name="nightly").changed_at - NOW == timedelta()
