"""Commands for the database."""

import click
from alembic import command
from alembic.config import Config
from flask.cli import AppGroup
from sqlalchemy import Engine

from participation.cli.plumbing import engine
from participation.settings import ROOT

database = AppGroup("database", help="The database and its tables.")


@database.command("migrate")
def migrate() -> None:
    """Make the tables, or bring them to the newest revision."""
    upgrade(engine())
    click.echo("The database is up to date.")


def upgrade(target: Engine) -> None:
    """Run all missing revisions."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["engine"] = target
    command.upgrade(config, "head")
