"""`flask accounts` makes accounts with which people can sign in."""

import unicodedata

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_security import verify_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.cities import City
from tests.factories import cities, partnerships

PASSWORD = "Hitze-Übung 2026"


@pytest.fixture
def worms(session: Session) -> City:
    made = cities.make(session)
    partnerships.make(session, made, slug="worms-metz")
    session.commit()
    return made


def run(runner: FlaskCliRunner, *args: str, password: str = PASSWORD) -> tuple[int, str]:
    result = runner.invoke(args=["accounts", *args, "--password-stdin"], input=f"{password}\n")
    return result.exit_code, result.output


def stored(session: Session) -> list[Account]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Account).order_by(Account.email)))


@pytest.mark.usefixtures("worms")
@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--role", "moderator", "--city", "worms"], "a@city.example: moderator of worms\n"),
        (["--role", "city_lead", "--city", "worms"], "a@city.example: city_lead of worms\n"),
        (["--role", "facilitator", "--partnership", "worms-metz"], "a@city.example: facilitator of worms-metz\n"),
        (["--role", "operator"], "a@city.example: operator\n"),
    ],
)
def test_an_account_is_made_and_listed(runner: FlaskCliRunner, session: Session, options: list[str], line: str) -> None:
    assert run(runner, "create", "A@city.example", *options) == (0, line)
    assert len(stored(session)) == 1
    session.rollback()
    assert runner.invoke(args=["accounts", "list"]).output == line.replace(": ", "  ", 1)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_password_is_kept_as_the_sign_in_expects_it(
    runner: FlaskCliRunner, app: Flask, session: Session, form: str
) -> None:
    typed = unicodedata.normalize(form, PASSWORD)  # type: ignore[arg-type]
    assert run(runner, "create", "a@city.example", "--role", "operator", password=typed)[0] == 0
    (account,) = stored(session)
    with app.app_context():
        assert verify_password(unicodedata.normalize("NFKD", PASSWORD), account.password)
        assert not verify_password(f"{PASSWORD} ", account.password)
    assert PASSWORD not in account.password


def test_a_new_password_replaces_the_old_one(runner: FlaskCliRunner, app: Flask, session: Session) -> None:
    assert run(runner, "create", "a@city.example", "--role", "operator")[0] == 0
    before = stored(session)[0].fs_uniquifier
    session.rollback()
    assert run(runner, "password", "a@city.example", password="another long one") == (
        0,
        "a@city.example: new password, all sessions ended\n",
    )
    (account,) = stored(session)
    assert account.fs_uniquifier != before
    with app.app_context():
        assert verify_password("another long one", account.password)
    session.rollback()
    assert run(runner, "password", "b@city.example") == (1, "Error: No account has the address b@city.example.\n")


@pytest.mark.usefixtures("worms")
@pytest.mark.parametrize(
    ("args", "password", "message"),
    [
        (["nobody", "--role", "operator"], PASSWORD, "nobody is not an e-mail address: "),
        (["a@city.example", "--role", "moderator"], PASSWORD, "The role moderator does not fit: "),
        (["a@city.example", "--role", "operator", "--city", "worms"], PASSWORD, "The role operator does not fit: "),
        (["a@city.example", "--role", "moderator", "--city", "metz"], PASSWORD, "No city has the slug metz."),
        (["a@city.example", "--role", "facilitator", "--partnership", "x"], PASSWORD, "No partnership has the slug x."),
        (["a@city.example", "--role", "operator"], "short", "The password must have 12 to 256 characters."),
        (["a@city.example", "--role", "operator"], "a" * 20, "The password must have at least five different "),
        (["a@city.example", "--role", "operator"], "password12345", "The password is easy to guess"),
    ],
)
def test_what_does_not_fit_is_one_line(
    runner: FlaskCliRunner, session: Session, args: list[str], password: str, message: str
) -> None:
    code, output = run(runner, "create", *args, password=password)
    assert code == 1
    assert output.startswith(f"Error: {message}")
    assert output.count("\n") == 1
    assert stored(session) == []


def test_an_address_has_one_account(runner: FlaskCliRunner) -> None:
    assert run(runner, "create", "a@city.example", "--role", "operator")[0] == 0
    assert run(runner, "create", "A@CITY.example", "--role", "operator") == (
        1,
        "Error: a@city.example has an account already.\n",
    )


def test_without_a_terminal_the_password_has_to_be_sent(runner: FlaskCliRunner, session: Session) -> None:
    result = runner.invoke(args=["accounts", "create", "a@city.example", "--role", "operator"], input=f"{PASSWORD}\n")
    assert result.exit_code == 2
    assert "--password-stdin" in result.output
    assert stored(session) == []


def test_a_lost_second_factor_is_forgotten(runner: FlaskCliRunner, session: Session) -> None:
    assert run(runner, "create", "a@city.example", "--role", "operator")[0] == 0
    [account] = stored(session)
    account.tf_primary_method, account.tf_totp_secret = "authenticator", "secret"
    session.commit()
    told = runner.invoke(args=["accounts", "recover", "A@city.example"]).output
    assert told == "A@city.example: no second factor any more, all sessions ended\n"
    [account] = stored(session)
    assert not account.has_second_factor
    session.rollback()
    unknown = runner.invoke(args=["accounts", "recover", "b@city.example"])
    assert (unknown.exit_code, unknown.output) == (1, "Error: No account has the address b@city.example.\n")
