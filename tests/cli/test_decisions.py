"""`flask decisions verify` says which records are whole, and ends with 1 at the first wrong row."""

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services.decision_record import START
from tests.factories import accounts, campaigns, cities
from tests.factories.decisions import a_record
from tests.fixtures.databases import sqlite_only, unguarded


@pytest.fixture
def worms(session: Session) -> City:
    return cities.make(session)


@pytest.fixture
def rows(session: Session, worms: City) -> list[Decision]:
    cities.make(session, "metz")
    made = a_record(session, accounts.make(session, worms), worms, campaigns.make(session, worms))
    session.commit()
    return made


def test_whole_records(runner: FlaskCliRunner, rows: list[Decision]) -> None:
    worms = f"worms: 5 decisions, all as recorded; last hash {rows[-1].hash}\n"
    result = runner.invoke(args=["decisions", "verify"])
    assert (result.exit_code, result.output) == (0, f"metz: 0 decisions, all as recorded; last hash {START}\n{worms}")
    result = runner.invoke(args=["decisions", "verify", "--city", "worms", "--noted", rows[2].hash])
    assert (result.exit_code, result.output) == (0, worms)


def test_a_wrong_row_is_named_and_the_other_cities_are_checked_too(
    runner: FlaskCliRunner, session: Session, rows: list[Decision]
) -> None:
    with unguarded(session.connection()):
        session.execute(update(Decision).where(Decision.id == rows[2].id).values(reason_code="illegal"))
    session.commit()
    result = runner.invoke(args=["decisions", "verify"])
    assert result.exit_code == 1
    assert result.stdout == f"metz: 0 decisions, all as recorded; last hash {START}\n"
    decision = f"decision {rows[2].id} on submission {rows[2].submission_id}"
    assert result.stderr == f"worms: {decision} is not what was recorded; 2 decisions fit\n"
    assert runner.invoke(args=["decisions", "verify", "--city", "metz"]).exit_code == 0


@sqlite_only
def test_a_gap_and_a_lost_end(runner: FlaskCliRunner, session: Session, rows: list[Decision]) -> None:
    (first, second, _, fourth, last), noted = rows, rows[-1].hash
    submission, left = fourth.submission_id, last.submission_id
    with unguarded(session.connection()):
        session.execute(delete(Decision).where(Decision.id == last.id))
    session.commit()
    result = runner.invoke(args=["decisions", "verify"])
    assert (
        result.stderr == f"worms: submission {left} is not as it was sent, and no decision says why; 4 decisions fit\n"
    )
    session.execute(update(Submission).where(Submission.id == left).values(status="pending", version=1))
    session.commit()
    assert runner.invoke(args=["decisions", "verify"]).exit_code == 0
    result = runner.invoke(args=["decisions", "verify", "--noted", noted])
    assert (result.exit_code, result.stderr) == (1, f"Error: No record holds {noted}.\n")
    session.execute(update(Submission).where(Submission.id == submission).values(version=9))
    session.commit()
    result = runner.invoke(args=["decisions", "verify"])
    assert result.stderr == f"worms: submission {submission} is not as decision {fourth.id} left it; 4 decisions fit\n"
    with unguarded(session.connection()):
        session.execute(delete(Decision).where(Decision.id == first.id))
    session.commit()
    result = runner.invoke(args=["decisions", "verify"])
    named = f"decision {second.id} on submission {second.submission_id}"
    assert result.stderr == f"worms: {named} does not follow the one before it; 0 decisions fit\n"


@sqlite_only
def test_a_city_that_does_not_exist(runner: FlaskCliRunner, rows: list[Decision]) -> None:
    result = runner.invoke(args=["decisions", "verify", "--city", "nowhere"])
    assert (result.exit_code, result.stderr) == (1, "Error: No city has the slug nowhere.\n")
