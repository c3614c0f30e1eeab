"""Staff accounts: who may have which role where, and what a password must be."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, Invalid, NotFound
from participation.models.accounts import Account
from participation.services import accounts
from tests.factories import cities, partnerships

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def create(session: Session, **changed: Any) -> Account:
    values: dict[str, Any] = {"email": "a@city.example", "password_hash": "hash", "role": "operator", "scope": None}
    return accounts.create(session, now=NOW, **(values | changed))


@pytest.mark.parametrize("role", ["moderator", "city_lead", "facilitator", "operator"])
def test_each_role_has_its_scope(session: Session, role: str) -> None:
    city = cities.make(session)
    partnership = partnerships.make(session, city)
    right = {"moderator": city, "city_lead": city, "facilitator": partnership, "operator": None}[role]
    for scope in (city, partnership, None):
        if scope != right:
            with pytest.raises(Invalid, match="scope_wrong"):
                create(session, role=role, scope=scope)
    made = create(session, role=role, scope=right)
    session.expire_all()
    stored = session.scalars(select(Account)).one()
    assert stored is made
    assert (stored.email, stored.password, stored.role, stored.active) == ("a@city.example", "hash", role, True)
    assert (stored.city, stored.partnership) == (
        city if right is city else None,
        partnership if right is partnership else None,
    )
    assert stored.created_at == NOW


def test_an_unknown_role_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="role_unknown"):
        create(session, role="admin")


def test_addresses_are_kept_in_lower_case_and_only_once(session: Session) -> None:
    made = create(session, email=" Erika.Muster@City.Example ")
    assert made.email == "erika.muster@city.example"
    assert accounts.by_email(session, email="ERIKA.muster@city.example ") is made
    assert accounts.by_email(session, email="nobody@city.example") is None
    with pytest.raises(Conflict, match="email_taken"):
        create(session, email="erika.muster@CITY.example")


@pytest.mark.parametrize(
    "email", ["", "erika", "erika@", "@city.example", "a b@city.example", "a@city", "a@b@c.example"]
)
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    with pytest.raises(Invalid, match="email_bad") as caught:
        create(session, email=email)
    assert caught.value.details["why"]
    assert accounts.every(session) == []


def test_all_accounts_are_listed_by_address(session: Session) -> None:
    for email in ("b@city.example", "a@city.example"):
        create(session, email=email)
    assert [account.email for account in accounts.every(session)] == ["a@city.example", "b@city.example"]


def test_a_new_password_ends_the_sessions(session: Session) -> None:
    made = create(session)
    before = made.fs_uniquifier
    assert accounts.set_password(session, email="A@city.example", password_hash="new") is made
    assert (made.password, made.fs_uniquifier != before) == ("new", True)
    with pytest.raises(NotFound, match="account_unknown"):
        accounts.set_password(session, email="b@city.example", password_hash="new")


@pytest.mark.parametrize("password", ["correct horse", "zwölf Zeichn", "x1y2z" * 50, "pässwörter im sommer"])
def test_a_good_password(password: str) -> None:
    accounts.check_password(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_length"),
        ("elf Zeichen", "password_length"),
        ("x1y2z3" * 50, "password_length"),
        ("aaaaaaaaaaaaaaaa", "password_simple"),
        ("abababababababab", "password_simple"),
    ],
)
def test_a_bad_password(password: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        accounts.check_password(password)
