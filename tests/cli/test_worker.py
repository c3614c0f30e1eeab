"""`flask worker` keeps house, survives a failing database, and stops at once when told to."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation.models.account_sessions import AccountSession
from participation.models.invitations import Invitation
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.models.tiles import TileCount
from participation.services import account_sessions, limits, tiles
from participation.services import photos as service
from participation.settings import ROOT, Settings
from tests.factories import accounts, campaigns, cities, invitations, photos, submissions


def test_one_round_forgets_and_mends(runner: FlaskCliRunner, session: Session) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    submissions.published(session, city, campaign, now=yesterday, idempotency_hash="key", content_hash="content")
    session.execute(delete(TileCount))
    session.commit()
    assert runner.invoke(args=["worker", "once"]).exit_code == 0
    session.expire_all()
    (one,) = session.scalars(select(Submission))
    assert (one.idempotency_hash, one.content_hash) == (None, None)
    assert tiles.drift(session, city=city) == 0


def test_one_round_forgets_sessions_and_invitations_that_are_over(runner: FlaskCliRunner, session: Session) -> None:
    account, now = accounts.make(session), datetime.now(UTC)
    for days in (0, 60):
        account_sessions.begin(session, account_id=account.id, user_agent="", now=now - timedelta(days=days))
        invitations.make(session, account, now=now - timedelta(days=days))
    session.commit()
    assert runner.invoke(args=["worker", "once"]).exit_code == 0
    session.expire_all()
    [kept] = session.scalars(select(AccountSession))
    [waits] = session.scalars(select(Invitation))
    assert (kept.created_at, waits.sent_at) == (now, now)


def test_one_round_forgets_photos_that_nobody_sent(app: Flask, runner: FlaskCliRunner, session: Session) -> None:
    settings: Settings = app.extensions["participation_settings"]
    now = datetime.now(UTC)
    waits = photos.make(session, settings.photos, now=now)
    old_id = photos.make(session, settings.photos, now=now - timedelta(hours=25)).id
    limits.make_secret_of_day(session, now=now - timedelta(days=1))
    session.commit()
    lost = service.path(settings.photos, uuid7())
    lost.parent.mkdir(parents=True, exist_ok=True)
    lost.write_bytes(b"no row speaks of this one")
    os.utime(lost, (0, 0))
    assert runner.invoke(args=["worker", "once"]).exit_code == 0
    session.expire_all()
    assert [*session.scalars(select(Photo.id))] == [waits.id]
    assert service.path(settings.photos, waits.id).is_file()
    assert not service.path(settings.photos, old_id).exists()
    assert not lost.exists()
    assert limits.secret_of_day(session, now=now - timedelta(days=1)) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once(tmp_path: Path, number: signal.Signals) -> None:
    """On a database without tables, where each round fails: the worker goes on and can still be stopped."""
    environment = os.environ | {"PARTICIPATION_INSTANCE": str(tmp_path), "PARTICIPATION_DEMO": "1"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "run"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr
        events = []
        while "upkeep_failed" not in events:
            events.append(json.loads(worker.stderr.readline())["event"])
        worker.send_signal(number)
        rest = worker.communicate(timeout=30)[1].splitlines()
        assert worker.returncode == 0
    assert [*events, *(json.loads(line)["event"] for line in rest)] == [
        "worker_started",
        "upkeep_failed",
        "worker_stopped",
    ]
