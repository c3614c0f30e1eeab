"""Migrations on both databases: the head is what the models say, steps can be undone, a failed one leaves nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, MetaData, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from participation import database
from participation.models.all_tables import METADATA
from participation.settings import ROOT
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
    return {
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
