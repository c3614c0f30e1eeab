"""`flask api-clients`: a key is shown once, and counts until it is revoked."""

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Invalid, NotAllowed
from participation.models.api_clients import NAME_MAX, ApiClient
from participation.models.cities import City
from participation.services import api_clients
from participation.text import fingerprint
from tests.factories import cities
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session)
    session.commit()
    return made


def test_a_client_is_made_listed_and_revoked(runner: FlaskCliRunner, session: Session, city: City) -> None:
    made = runner.invoke(args=["api-clients", "create", "City app", "--city", "worms"])
    assert made.exit_code == 0
    key = made.stdout.strip()
    [client] = session.scalars(select(ApiClient))
    assert client.key_hash == fingerprint(key)
    assert api_clients.by_key(session, city=city, key=key) is client
    session.commit()
    listed = runner.invoke(args=["api-clients", "list"]).stdout
    assert listed.startswith(f"{client.id}  City app  worms, made ")
    assert "never used" in listed
    assert key not in listed
    assert runner.invoke(args=["api-clients", "revoke", str(client.id)]).exit_code == 0
    session.expire_all()
    assert "revoked" in runner.invoke(args=["api-clients", "list"]).stdout
    with pytest.raises(NotAllowed):
        api_clients.by_key(session, city=city, key=key)


@sqlite_only
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["create", "App", "--city", "nowhere"], "No city has the slug nowhere."),
        (["create", " ", "--city", "worms"], f"A name has 1 to {NAME_MAX} characters."),
        (["revoke", "7"], "There is no API client 7."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    args: list[str], said: str, runner: FlaskCliRunner, city: City
) -> None:
    done = runner.invoke(args=["api-clients", *args])
    assert (done.exit_code, done.stderr.strip()) == (1, f"Error: {said}")


@sqlite_only
def test_names_are_cleaned_and_limited(session: Session, city: City) -> None:
    assert api_clients.create(session, city=city, name=" City\u2028 app ", now=NOW).client.name == "City app"
    with pytest.raises(Invalid):
        api_clients.create(session, city=city, name="x" * (NAME_MAX + 1), now=NOW)
