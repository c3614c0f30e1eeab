"""Limits: generous for people, the same in all processes, explained, and without an address anywhere."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.locales import CODES
from participation.models.limits import LimitCount, LimitKey
from participation.models.submissions import Submission
from participation.services import upkeep
from participation.settings import ROOT, Settings
from participation.web.plumbing.limits import LIMITS
from tests.factories import accounts, campaigns, cities
from tests.factories.photos import encoded
from tests.factories.proofs import make
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, opened_before, parse, the_form

ADD = "/en/worms/add?kind=idea"
ADDRESS = "203.0.113.77"
# A process that signs in wrongly as often as it may, and says how it was answered.
SIGNING_IN = """
import os, re, sys
from pathlib import Path
from participation.settings import Settings
from tests.fixtures.apps import made_for_tests
url, instance = sys.argv[1:]
secret = "only-for-tests-abcdefghijklmnopqrstuvwxyz"
settings = Settings(secret_key=secret, instance=Path(instance), database_url=url, base_url="http://localhost")
client = made_for_tests(settings).test_client()
page = client.get("/en/staff/sign-in").text
token = re.search('name="csrf_token"[^>]*value="([^"]*)"', page)[1]
for number in range(15):
    # Each time another account: tries on one of them are counted more strictly.
    data = {"csrf_token": token, "email": f"{os.getpid()}-{number}@b.example", "password": "x"}
    print(client.post("/en/staff/sign-in", data=data).status_code)
"""


@pytest.fixture(autouse=True)
def open_city(session: Session) -> None:
    campaigns.make(session, cities.make(session))


def send(client: PageClient, *, lang: str = "en", **data: Any) -> TestResponse:
    address = ADD.replace("/en/", f"/{lang}/")
    return client.post_form(address, {"text": "Bitte mehr Bäume und Bänke", **data}, forged=True)


def statuses(client: PageClient, times: int, **data: Any) -> list[int]:
    return [send(client, **data).status_code for _ in range(times)]


def number(session: Session) -> int:
    return len(session.scalars(select(Submission.id)).all())


def prove(client: PageClient) -> str:
    settings: Settings = client.application.extensions["participation_settings"]
    return make(settings.secret_key, datetime.now(UTC))


def test_sending_has_a_limit_per_hour(make_client: ClientMaker, session: Session) -> None:
    client = make_client(sends_per_hour=3)
    answers = [send(client, proof=prove(client)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert number(session) == 3
    assert 3500 < int(answers[-1].headers["Retry-After"]) <= 3600
    # Another connection has its own.
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    assert send(client, proof=prove(client)).status_code == 303


@sqlite_only
def test_and_one_per_day(make_client: ClientMaker, session: Session) -> None:
    client = make_client(sends_per_hour=100, sends_per_day=2, unproven_sends_per_hour=100)
    assert statuses(client, 3) == [303, 303, 429]


@sqlite_only
def test_without_a_proof_it_is_stricter(make_client: ClientMaker) -> None:
    client = make_client(unproven_sends_per_hour=2)
    assert statuses(client, 3) == [303, 303, 429]
    assert send(client, proof=prove(client)).status_code == 303
    # Where no proof is asked for, the usual limit holds.
    client = make_client(unproven_sends_per_hour=2, proof_work=0)
    assert statuses(client, 4) == [303] * 4


@sqlite_only
def test_by_default_a_school_class_can_take_part(client: PageClient, session: Session) -> None:
    assert [send(client, proof=prove(client)).status_code for _ in range(30)] == [303] * 30
    assert number(session) == 30


@sqlite_only
def test_what_is_refused_does_not_count(make_client: ClientMaker, session: Session) -> None:
    client = make_client(sends_per_hour=2)
    assert statuses(client, 5, text="kurz") == [422] * 5
    assert statuses(client, 3, proof="nonsense") == [422] * 3
    assert statuses(client, 3) == [303, 303, 429]
    assert client.get(ADD).status_code == 200


def test_a_repeated_form_is_answered_also_over_the_limit(make_client: ClientMaker, session: Session) -> None:
    client = make_client(sends_per_hour=1)
    page = client.page(ADD)
    answers = [client.send_form(page, ADD, {"text": "Bitte mehr Bäume"}) for _ in range(3)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}
    assert send(client).status_code == 429
    assert number(session) == 1


@sqlite_only
def test_photos_count_with_every_try(make_client: ClientMaker, session: Session) -> None:
    client = make_client(sends_per_hour=1)
    answers = []
    for _ in range(5):
        photo = (BytesIO(encoded()), "photo.jpg")
        answers.append(send(client, text="kurz", photo=photo).status_code)
    assert answers == [422] * 4 + [429]
    assert send(client).status_code == 303


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_the_page_explains_and_nothing_is_lost(lang: str, make_client: ClientMaker) -> None:
    client = make_client(sends_per_hour=1)
    page = client.page(ADD.replace("/en/", f"/{lang}/"))
    send(client)
    response = client.send_form(page, ADD, {"text": "Noch ein Baum für alle"})
    assert response.status_code == 429
    refusal = parse(response)
    assert refusal.get("lang") == lang
    assert refusal.xpath(f"//main//a[@href='/{lang}/worms/imprint']")
    assert len(refusal.xpath("//main//p")) >= 5
    assert "private" in response.headers["Cache-Control"]


@sqlite_only
def test_programs_are_told_in_their_own_way(make_client: ClientMaker, app: Flask) -> None:
    client = make_client(sends_per_hour=1)
    send(client)
    page = client.page(ADD)
    data = multi(the_form(page)) | {"text": ["Bitte mehr Bäume"], "opened": [opened_before(app, 9)]}
    response = client.post(ADD, data=data, headers={"Accept": "application/json"})
    assert (response.status_code, response.mimetype) == (429, "application/json")
    assert response.json["error"] == "limit_reached"
    assert str(response.json["retry_after"]) == response.headers["Retry-After"]
    assert response.json["message"]


@sqlite_only
def test_a_count_that_is_over_or_erased_is_gone(make_client: ClientMaker, session: Session) -> None:
    client = make_client(sends_per_hour=1)
    assert statuses(client, 2) == [303, 429]
    session.execute(text("update limit_counts set ends_at = :then"), {"then": "2020-01-01 00:00:00.000000"})
    session.commit()
    assert statuses(client, 2) == [303, 429]
    session.execute(text("delete from limit_counts"))
    session.commit()
    assert statuses(client, 2) == [303, 429]


@sqlite_only
def test_the_next_day_nobody_is_known(make_client: ClientMaker, session: Session) -> None:
    client = make_client(sends_per_hour=1)
    assert statuses(client, 2) == [303, 429]
    upkeep.forget_limits(session, now=datetime.now(UTC) + timedelta(days=1))
    session.commit()
    assert session.scalars(select(LimitKey)).all() == []
    assert statuses(client, 2) == [303, 429]


def test_no_address_is_kept_or_logged(client: PageClient, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    send(client)
    client.sign_in(accounts.make(session), password="not the password")
    rows = [*session.execute(select(LimitCount.__table__)), *session.execute(select(LimitKey.__table__))]
    assert len(rows) >= 4
    assert ADDRESS not in str(rows)
    assert all(re.fullmatch("[0-9a-f]{64}", row[0] if isinstance(row[0], str) else row[1]) for row in rows)
    assert ADDRESS not in capsys.readouterr().err


@sqlite_only
def test_a_refusal_is_logged_by_its_name(make_client: ClientMaker, capsys: pytest.CaptureFixture[str]) -> None:
    client = make_client(sends_per_hour=1)
    statuses(client, 2)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    [reached] = [line for line in lines if line["event"] == "limit_reached"]
    assert reached["limit"] == "sends"


def test_all_processes_count_together(session: Session, database_url: str, tmp_path: Any) -> None:
    """Twenty failed tries a minute are allowed, thirty are made by two processes at once."""
    # The embedded database knows one writer at a time: the test must not be one.
    session.commit()
    command = [sys.executable, "-c", SIGNING_IN, database_url, str(tmp_path)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(2)
    ]
    answers = [line for process in processes for line in process.communicate(timeout=100)[0].split()]
    assert [process.returncode for process in processes] == [0, 0]
    assert len(answers) == 30
    # A try that began while the last one was being counted may slip through.
    assert 20 <= answers.count("200") <= 21
    assert answers.count("429") == 30 - answers.count("200")


@sqlite_only
def test_every_limit_can_be_read(app: Flask) -> None:
    settings: Settings = app.extensions["participation_settings"]
    for limit in LIMITS.values():
        assert re.fullmatch(r"\d+ per (\d+ minutes|minute|hour)(; \d+ per (hour|day))?", limit.amounts(settings))
