"""`flask comparison` computes and stores, and takes hot days; the worker computes what is due."""

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.cli import comparisons as command
from participation.comparing import snapshots
from participation.comparison_json import from_json
from participation.models.comparisons import HotDays, StoredComparison
from tests.factories import campaigns, cities, submissions


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "Run", lambda *values, **named: snapshots.Run(*values, permutations=9, **named))


def test_a_comparison_is_computed_and_stored(runner: FlaskCliRunner, session: Session) -> None:
    pair = [cities.make(session, slug) for slug in ("worms", "metz")]
    campaign = campaigns.make(session, *pair)
    submissions.make(session, pair[0], campaign, status="published")
    session.commit()
    result = runner.invoke(args=["comparison", "compute", "--seed", "7"])
    assert result.exit_code == 0
    assert "worms-metz summer: computed in" in result.stdout
    assert "map worms: 100%" in result.stderr
    stored = session.scalars(select(StoredComparison)).one()
    assert from_json(stored.content).method.seed == 7
    assert stored.version == from_json(stored.content).method.dataset_version
    session.commit()
    result = runner.invoke(args=["comparison", "compute", "--campaign", "winter"])
    assert (result.exit_code, result.stderr) == (1, "Error: campaign unknown (campaign: winter)\n")


def test_the_worker_computes_what_is_due_once(runner: FlaskCliRunner, session: Session) -> None:
    campaigns.make(session, *[cities.make(session, slug) for slug in ("worms", "metz")])
    session.commit()
    assert runner.invoke(args=["worker", "once"]).exit_code == 0
    first = session.scalars(select(StoredComparison)).one()
    session.commit()
    assert runner.invoke(args=["worker", "once"]).exit_code == 0
    session.expire_all()
    assert session.scalars(select(StoredComparison)).one().id == first.id


def test_a_result_that_cannot_be_computed_does_not_end_the_worker(
    runner: FlaskCliRunner, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaigns.make(session, *[cities.make(session, slug) for slug in ("worms", "metz")])
    session.commit()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(command, "compute", fail)
    assert runner.invoke(args=["worker", "once"]).exit_code == 0
    assert session.scalars(select(StoredComparison)).all() == []


def test_hot_days_are_entered(runner: FlaskCliRunner, session: Session) -> None:
    campaigns.make(session, *[cities.make(session, slug) for slug in ("worms", "metz")])
    session.commit()
    result = runner.invoke(args=["comparison", "hotdays", "worms", "summer", "11", "--source", "DWD, Worms"])
    assert (result.exit_code, result.output) == (0, "worms-metz summer: 11 hot days in worms\n")
    assert session.scalars(select(HotDays)).one().source == "DWD, Worms"
    session.commit()
    result = runner.invoke(args=["comparison", "hotdays", "worms", "summer", "400"])
    assert (result.exit_code, result.output) == (1, "Error: hot days impossible (days: 400, longest_source: 200)\n")
