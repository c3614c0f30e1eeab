"""The database itself refuses to change what was decided, and what could never have been decided."""

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services.decision_record import START
from tests.factories import submissions
from tests.factories.decisions import a_record, act, recorded
from tests.factories.submissions import NOW
from tests.fixtures.databases import postgresql_only


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign)


@pytest.mark.parametrize(
    "changed",
    [
        {"from_status": "rejected", "to_status": "published"},
        {"from_status": "erased", "to_status": "published"},
        {"from_status": "pending", "to_status": "withdrawn"},
        {"from_status": "pending", "to_status": "pending"},
        {"action": "erase", "to_status": "published"},
        {"action": "set_point", "to_status": "published"},
        {"action": "erase", "from_status": "erased", "to_status": "erased"},
        {"action": "correct", "from_status": "erased", "to_status": "erased"},
    ],
)
def test_the_database_knows_the_diagram_too(
    changed: dict[str, str], session: Session, moderator: Account, submission: Submission
) -> None:
    with pytest.raises(IntegrityError, match=r"ck_decisions_(step_in_diagram|action_leads_there)"):
        session.execute(insert(Decision).values(a_row(submission) | changed))
    session.rollback()


def a_row(submission: Submission) -> dict[str, object]:
    """A decision as a valid row that nothing follows."""
    return {
        "city_id": submission.city_id,
        "submission_id": submission.id,
        "action": "publish",
        "from_status": "pending",
        "to_status": "published",
        "submission_version": 1,
        "at": NOW,
        "previous_hash": START,
        "hash": "f" * 64,
    }


def test_a_chain_cannot_fork(session: Session, moderator: Account, submission: Submission) -> None:
    act(session, moderator, submission, "set_point")
    with pytest.raises(IntegrityError, match=r"only added|uq_decisions_city_id_previous_hash"):
        session.execute(insert(Decision).values(a_row(submission)))


CHANGES = {
    "update": "UPDATE decisions SET action = action",
    "update of one": "UPDATE decisions SET reason_code = NULL WHERE id = 1",
    "delete": "DELETE FROM decisions",
    "delete of one": "DELETE FROM decisions WHERE id = 2",
    "upsert": "INSERT INTO decisions SELECT * FROM decisions WHERE id = 1"
    " ON CONFLICT (id) DO UPDATE SET action = 'erase'",
}
OF_ITS_OWN = {
    "sqlite": {
        "replace by id": "INSERT OR REPLACE INTO decisions SELECT * FROM decisions WHERE id = 1",
        "replace by place": "INSERT OR REPLACE INTO decisions (id, {columns})"
        " SELECT id + 50, {columns} FROM decisions WHERE id = 1",
        "update or replace": "UPDATE OR REPLACE decisions SET id = 1 WHERE id = 2",
    },
    "postgresql": {
        "truncate": "TRUNCATE decisions CASCADE",
        "nothing found": "UPDATE decisions SET action = 'erase' WHERE id = 999",
        "merge": "MERGE INTO decisions USING (SELECT 1 AS id) AS given ON decisions.id = given.id"
        " WHEN MATCHED THEN DELETE",
    },
}


def test_the_database_refuses_to_change_or_delete(
    session: Session, engine: Engine, moderator: Account, city: City, campaign: Campaign
) -> None:
    before = [row.hash for row in a_record(session, moderator, city, campaign)]
    session.commit()
    columns = ", ".join(column.name for column in Decision.__table__.columns if column.name != "id")
    for change in (CHANGES | OF_ITS_OWN[engine.dialect.name]).values():
        with pytest.raises(IntegrityError, match="decisions are only added"), engine.begin() as connection:
            connection.execute(text(change.format(columns=columns)))
    session.expire_all()
    assert [row.hash for row in recorded(session, city)] == before


@postgresql_only
def test_an_account_that_may_do_everything_with_the_rows_cannot_lift_the_guard(
    session: Session, engine: Engine, moderator: Account, city: City, campaign: Campaign
) -> None:
    a_record(session, moderator, city, campaign)
    session.commit()
    tries = {
        "DELETE FROM decisions": IntegrityError,
        "UPDATE decisions SET action = 'erase'": IntegrityError,
        "ALTER TABLE decisions DISABLE TRIGGER USER": ProgrammingError,
        "DROP TRIGGER decisions_refuse_change ON decisions": ProgrammingError,
        "SET session_replication_role = replica": ProgrammingError,
    }
    for statement, refusal in tries.items():
        # All of it ends with the transaction, the role as well.
        with engine.connect() as connection:
            connection.execute(text("CREATE ROLE ordinary"))
            connection.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO ordinary"))
            connection.execute(text("SET LOCAL ROLE ordinary"))
            with pytest.raises(refusal):
                connection.execute(text(statement))
