"""The challenge for the proof of work, and what becomes of forms with and without a proof."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.locales import CODES
from participation.models.limits import UsedProof
from participation.models.submissions import Submission
from participation.settings import Settings
from tests.factories import accounts, campaigns, cities
from tests.factories.proofs import make, solve
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

IDEA = {"text": "Bitte mehr Bäume und Bänke"}
ADD = "/en/worms/add?kind=idea"


@pytest.fixture(autouse=True)
def open_city(session: Session) -> None:
    campaigns.make(session, cities.make(session))


@pytest.fixture
def secret(app: Flask) -> str:
    settings: Settings = app.extensions["participation_settings"]
    return settings.secret_key


def send(client: PageClient, proof: str, *, lang: str = "en", **data: Any) -> TestResponse:
    address = ADD.replace("/en/", f"/{lang}/")
    return client.post_form(address, {**IDEA, "proof": proof, **data}, forged=True)


def stored(session: Session) -> list[Submission]:
    return list(session.scalars(select(Submission).order_by(Submission.id)))


@pytest.mark.parametrize("lang", CODES)
def test_a_solved_challenge_is_taken(lang: str, make_client: ClientMaker, session: Session) -> None:
    client = make_client(proof_work=200)
    answer = client.get("/challenge", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.cache_control.no_store
    assert "Set-Cookie" not in answer.headers
    assert answer.json["maxnumber"] == 200
    assert send(client, solve(answer.json), lang=lang).status_code == 303
    [submission] = stored(session)
    assert submission.checks == ()
    assert len(session.scalars(select(UsedProof)).all()) == 1


def test_without_a_proof_it_waits_with_a_mark(client: PageClient, session: Session) -> None:
    assert send(client, "").status_code == 303
    [submission] = stored(session)
    assert (submission.status, submission.checks) == ("pending", ("no_proof",))


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_moderators_see_the_mark(lang: str, client: PageClient, session: Session, secret: str) -> None:
    send(client, "")
    send(client, make(secret, datetime.now(UTC)))
    marked, plain = stored(session)
    client.sign_in(accounts.make(session, marked.city), lang=lang)
    for submission, marks in ((marked, 1), (plain, 0)):
        [entry] = client.page(f"/{lang}/staff/queue/worms?entry={submission.id}").xpath("//article")
        assert entry.xpath("count(.//*[contains(@class, 'tag-look')])") == marks
    assert client.page(f"/{lang}/staff/submissions/{marked.id}").xpath("//*[contains(@class, 'tag-look')]/@title")


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize("what", ["forged", "old", "used"])
def test_a_wrong_proof_is_said_and_nothing_is_lost(
    what: str, lang: str, client: PageClient, session: Session, secret: str
) -> None:
    now = datetime.now(UTC)
    proof = {"forged": "x", "old": make(secret, now - timedelta(hours=1)), "used": make(secret, now)}[what]
    if what == "used":
        assert send(client, proof).status_code == 303
    before = len(stored(session))
    response = send(client, proof, lang=lang)
    assert response.status_code == 422
    page = parse(response)
    [alert] = page.xpath("//*[@id='errors'][not(@hidden)]")
    assert " ".join(alert.text_content().split())
    kept = multi(the_form(page))
    assert (kept["text"], kept["proof"]) == ([IDEA["text"]], [""])
    assert len(stored(session)) == before
    # The next try has a new one.
    assert client.send_form(page, ADD, {"proof": make(secret, now)}, forged=True).status_code == 303
    assert len(stored(session)) == before + 1


def test_a_form_that_was_mended_may_bring_the_same_proof(client: PageClient, session: Session, secret: str) -> None:
    proof = make(secret, datetime.now(UTC))
    assert send(client, proof, text="kurz").status_code == 422
    assert send(client, proof).status_code == 303


@pytest.mark.parametrize("again", ["the same proof", "another proof", "no proof", "nonsense"])
def test_a_repeated_form_is_answered_whatever_its_proof(
    again: str, client: PageClient, session: Session, secret: str
) -> None:
    first = make(secret, datetime.now(UTC))
    second = {"the same proof": first, "no proof": "", "nonsense": "x"}.get(again, make(secret, datetime.now(UTC)))
    page = client.page(ADD)
    answers = [client.send_form(page, ADD, {**IDEA, "proof": proof}, forged=True) for proof in (first, second)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(stored(session)) == 1


@sqlite_only
def test_an_installation_may_ask_for_none(make_client: ClientMaker, session: Session) -> None:
    client = make_client(proof_work=0)
    assert client.get("/challenge").status_code == 404
    assert send(client, "").status_code == 303
    assert send(client, "whatever").status_code == 303
    assert [submission.checks for submission in stored(session)] == [(), ()]
