"""Migrations on both databases: the head is what the models say, steps can be undone, a failed one leaves nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from participation import database
from participation.models.all_tables import METADATA
from participation.models.cities import City
from participation.services import decision_record
from participation.settings import ROOT
from tests.factories import rows_0002
from tests.fixtures.databases import DATABASES, alembic_config

SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
REVISIONS = [script.revision for script in reversed([*SCRIPTS.walk_revisions()])]
both = pytest.mark.parametrize("kind", DATABASES)


@pytest.fixture
def bare(kind: str, fresh_url: Callable[[str], str]) -> Engine:
    """A database without any table."""
    engine = database.connect(fresh_url(kind))
    yield engine
    engine.dispose()


def go(engine: Engine, to: str) -> None:
    """Up or down to a revision."""
    config = alembic_config(engine)
    with engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    position = {None: 0, "base": 0, "head": len(REVISIONS)} | {code: i for i, code in enumerate(REVISIONS, start=1)}
    (command.upgrade if position[to] > position[here] else command.downgrade)(config, to)


def schema(engine: Engine) -> dict[str, Any]:
    """Everything the database knows about its tables, comparable."""
    found = inspect(engine)
    tables = {
        table: {
            # A column that came later stands last in a migrated table; the order means nothing.
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], _plain(c["default"] or "")) for c in found.get_columns(table)
            ),
            "primary key": found.get_pk_constraint(table),
            "unique": sorted((c["name"], c["column_names"]) for c in found.get_unique_constraints(table)),
            "checks": sorted((c["name"], _plain(c["sqltext"])) for c in found.get_check_constraints(table)),
            "foreign keys": sorted(
                (c["name"], c["constrained_columns"], c["referred_table"], c["referred_columns"])
                for c in found.get_foreign_keys(table)
            ),
            "indexes": sorted((i["name"], i["column_names"], bool(i["unique"])) for i in found.get_indexes(table)),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }
    triggers = guards(engine)
    return tables | ({"triggers and functions": triggers} if triggers else {})


def guards(engine: Engine) -> list[tuple[str, str]]:
    """The triggers, and the functions that they call."""
    queries = {
        "sqlite": ["SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"],
        "postgresql": [
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        ],
    }
    with engine.connect() as connection:
        rows = [row for query in queries[engine.dialect.name] for row in connection.execute(text(query))]
    return sorted((name, _plain(definition)) for name, definition in rows)


def _plain(condition: str) -> str:
    return re.sub(r"\s+", " ", condition).strip()


def test_there_is_one_head_and_the_numbers_follow_each_other() -> None:
    assert SCRIPTS.get_heads() == REVISIONS[-1:]
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    for script in SCRIPTS.walk_revisions():
        assert script.path.rsplit("/", 1)[1].startswith(f"{script.revision}_")
        assert not script.is_branch_point


@both
def test_the_head_is_what_the_models_say(bare: Engine) -> None:
    go(bare, "head")
    with bare.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


@both
def test_the_head_has_the_checks_of_the_models(kind: str, bare: Engine, fresh_url: Callable[[str], str]) -> None:
    """Alembic does not compare check constraints: a database made straight from the models shows what is missing."""
    go(bare, "head")
    made = database.connect(fresh_url(kind))
    METADATA.create_all(made)
    expected, found = schema(made), schema(bare)
    made.dispose()
    assert found == expected


@both
def test_each_revision_goes_up_and_down_and_up_again(bare: Engine) -> None:
    before = {"base": schema(bare)}
    for revision in REVISIONS:
        go(bare, revision)
        before[revision] = schema(bare)
    for revision in reversed(["base", *REVISIONS[:-1]]):
        go(bare, revision)
        assert schema(bare) == before[revision]
    go(bare, "head")
    assert schema(bare) == before[REVISIONS[-1]]


@both
def test_going_down_to_nothing_leaves_nothing(bare: Engine) -> None:
    go(bare, "head")
    go(bare, "base")
    assert schema(bare) == {}


@both
def test_a_migration_that_fails_leaves_nothing(bare: Engine) -> None:
    """A late step meets a table of that name: everything before it must be gone again."""
    last = METADATA.sorted_tables[-1].name
    with bare.begin() as connection:
        connection.execute(text(f"CREATE TABLE {last} (x integer)"))
    before = schema(bare)
    with pytest.raises(SQLAlchemyError):
        go(bare, "head")
    assert schema(bare) == before
    with bare.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is None


def test_every_constraint_has_a_name(engine: Engine) -> None:
    found = MetaData()
    found.reflect(engine)
    for table in found.tables.values():
        if table.name != "alembic_version":
            unnamed = [constraint for constraint in table.constraints if not constraint.name]
            assert unnamed == []
    names = [c.name for table in METADATA.tables.values() for c in table.constraints if isinstance(c, CheckConstraint)]
    assert len(names) == len({*names}) > 0


@both
def test_the_record_gives_its_hashes_to_decisions_that_are_there_already(bare: Engine) -> None:
    """Up, down and up again: two cities have a chain each, the keys of forms move out and back."""
    go(bare, "0002")
    rows_0002.insert(bare)
    before = _rows(bare, "SELECT * FROM decisions ORDER BY id")
    for _ in range(2):
        go(bare, "head")
        with database.reading(bare) as session:
            verdicts = [decision_record.verify(session, city=city) for city in session.scalars(select(City))]
        assert [(verdict.decisions, verdict.fault) for verdict in verdicts] == [(3, None), (2, None)]
        moved = _rows(bare, "SELECT hash, decision_id FROM decision_keys ORDER BY hash")
        assert [tuple(row) for row in moved] == [("form-1", 1), ("form-5", 5)]
        with pytest.raises(IntegrityError, match="only added"), bare.begin() as connection:
            connection.execute(text("DELETE FROM decisions"))
        go(bare, "0002")
        assert sorted(map(_named, _rows(bare, "SELECT * FROM decisions"))) == sorted(map(_named, before))


def _rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(query)))


def _named(row: Any) -> list[tuple[str, str]]:
    """A row whatever the order of its columns."""
    return sorted((column, str(value)) for column, value in row._asdict().items())
