"""How Alembic reaches the database: the address of a test if one is given, else the product's settings."""

from alembic import context
from sqlalchemy import Engine

from participation import settings
from participation.database import connect
from participation.models.all_tables import METADATA


def run(engine: Engine) -> None:
    """Run the wanted revisions in one transaction."""
    with engine.begin() as connection:
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
