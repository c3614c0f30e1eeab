"""Staff accounts: who may have which role where, and what a password must be."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, Invalid, NotFound
from participation.models.accounts import Account
from participation.models.passkeys import Passkey
from participation.services import accounts
from tests.factories import cities, partnerships
from tests.factories.cities import OUTSIDE

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
        ("passwordpassword", "password_guessable"),
        ("1234567890123456", "password_guessable"),
        ("qwertzuiop12345", "password_guessable"),
    ],
)
def test_a_bad_password(password: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        accounts.check_password(password)


def test_a_password_is_not_made_of_what_others_know(session: Session) -> None:
    accounts.check_password("lampertheim1987")
    with pytest.raises(Invalid, match="password_guessable"):
        accounts.check_password("lampertheim1987", about=["erika@lampertheim.example", "Worms"])


def test_mails_are_in_the_language_of_the_city(session: Session) -> None:
    metz = cities.make(session, "metz", languages=["fr"])
    peru = cities.make(session, "yarinacocha", languages=["shp", "es"])
    languages = [create(session).lang]
    for number, city in enumerate((metz, peru)):
        languages.append(create(session, email=f"{number}@city.example", role="moderator", scope=city).lang)
    assert languages == ["en", "fr", "es"]
    assert create(session, email="c@city.example", lang="de").lang == "de"


def test_another_language_for_mails(session: Session) -> None:
    made = create(session)
    accounts.set_language(session, account=made, lang="es")
    assert made.lang == "es"
    with pytest.raises(Invalid, match="language_unknown"):
        accounts.set_language(session, account=made, lang="xx")


def test_a_lost_second_factor_is_forgotten(session: Session) -> None:
    made = create(session)
    made.tf_primary_method, made.tf_totp_secret, made.totp_counter = "authenticator", "secret", 5
    made.mf_recovery_codes, before = ["hash"], made.fs_uniquifier
    made.webauthn.append(
        Passkey(
            name="key",
            credential_id=b"1",
            public_key=b"2",
            sign_count=4_000_000_000,
            usage="secondary",
            device_type="single_device",
            backup_state=False,
            lastuse_datetime=NOW,
        )
    )
    session.flush()
    assert made.has_second_factor
    accounts.forget_second_factor(session, email=made.email)
    session.expire_all()
    assert not made.has_second_factor
    assert (made.tf_totp_secret, made.totp_counter, made.mf_recovery_codes, made.webauthn) == (None, None, None, [])
    assert made.fs_uniquifier != before


def test_who_sees_whom(session: Session) -> None:
    worms, metz = cities.make(session), cities.make(session, "metz", centre=OUTSIDE)
    operator = create(session)
    lead = create(session, email="lead@city.example", role="city_lead", scope=worms)
    own = create(session, email="own@city.example", role="moderator", scope=worms)
    create(session, email="other@city.example", role="moderator", scope=metz)
    create(session, email="both@city.example", role="facilitator", scope=partnerships.make(session, worms, metz))
    assert list(accounts.staff_seen_by(session, account=lead)) == [lead, own]
    assert len(accounts.staff_seen_by(session, account=operator)) == 5
    with pytest.raises(NotFound):
        accounts.staff_seen_by(session, account=own)


def test_switching_somebody_off_and_on(session: Session) -> None:
    worms, metz = cities.make(session), cities.make(session, "metz", centre=OUTSIDE)
    lead = create(session, email="lead@city.example", role="city_lead", scope=worms)
    own = create(session, email="own@city.example", role="moderator", scope=worms)
    other = create(session, email="other@city.example", role="moderator", scope=metz)
    before = own.fs_uniquifier
    accounts.set_active(session, account=lead, account_id=own.id, active=False)
    assert (own.active, own.fs_uniquifier != before) == (False, True)
    accounts.set_active(session, account=lead, account_id=own.id, active=True)
    assert own.active
    for account, account_id in ((lead, other.id), (lead, lead.id), (own, lead.id), (lead, 999_999)):
        with pytest.raises(NotFound):
            accounts.set_active(session, account=account, account_id=account_id, active=False)
    assert lead.active
    assert other.active
