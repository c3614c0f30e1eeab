"""How Alembic reaches the database: the address of a test if one is given, else the product's settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection, Engine

from participation import settings
from participation.database import connect
from participation.models.all_tables import METADATA


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew; while the old one goes, nothing may follow it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows without what they refer to, in {sorted({row[0] for row in broken})}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run(engine: Engine) -> None:
    """Run the wanted revisions in one transaction."""
    with engine.connect() as connection, _without_foreign_keys(connection), connection.begin():
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=True,
            compare_type=True,
            user_module_prefix="database.",
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations need the database: offline mode is not supported")
given = context.config.attributes.get("engine")
run(given or connect(settings.from_environment().database_url))
