"""`flask worker` keeps house, survives a failing database, and stops at once when told to."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from participation.models.submissions import Submission
from participation.models.tiles import TileCount
from participation.services import tiles
from participation.settings import ROOT
from tests.factories import campaigns, cities, submissions


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
