"""`flask demo load` tells the sign-ins once."""

import re
import unicodedata

from flask import Flask
from flask.testing import FlaskCliRunner
from flask_security import verify_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from tests.factories import cities


def test_the_sign_ins_are_told_once_and_work(runner: FlaskCliRunner, app: Flask, session: Session) -> None:
    first = runner.invoke(args=["demo", "load"])
    assert first.exit_code == 0, first.output
    told = dict(re.findall(r"^  (\S+@demo\.example) +(\S+)  \w", first.output, re.MULTILINE))
    accounts = {account.email: account.password for account in session.scalars(select(Account))}
    assert set(told) == set(accounts)
    assert len(told) == 7
    with app.app_context():
        for email, password in told.items():
            assert verify_password(unicodedata.normalize("NFKD", password), accounts[email])
    session.rollback()
    second = runner.invoke(args=["demo", "load"])
    assert second.exit_code == 0
    assert "The demo is loaded." in second.output
    assert not any(password in second.output for password in told.values())
    assert {account.email: account.password for account in session.scalars(select(Account))} == accounts


def test_a_city_of_somebodys_own_is_not_overwritten(runner: FlaskCliRunner, session: Session) -> None:
    cities.make(session, "metz")
    session.commit()
    result = runner.invoke(args=["demo", "load"])
    assert (result.exit_code, result.output) == (
        1,
        "Error: metz is here already and is not part of the demo. Load the demo into a database of its own.\n",
    )
