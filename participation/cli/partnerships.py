"""`flask partnerships`: load a partnership with its campaigns from its file, and list the partnerships."""

from pathlib import Path

import click
from flask.cli import AppGroup

from participation.cli.plumbing import transaction
from participation.cli.sentences import explained
from participation.services import partnerships as service

partnerships = AppGroup("partnerships", help="Partnerships and their campaigns.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@partnerships.command("load")
@click.argument("file", type=FILE)
def load(file: Path) -> None:
    """Make a partnership from FILE (TOML), or bring it up to date with it; its cities must be loaded."""
    with transaction() as session, explained():
        partnership = service.load(session, file=file)
        cities = ", ".join(city.slug for city in partnership.cities)
        codes = ", ".join(campaign.code for campaign in partnership.campaigns) or "none"
    click.echo(f"{partnership.slug}: cities {cities}; campaigns {codes}")


@partnerships.command("list")
def list_all() -> None:
    """All partnerships with their campaigns, the newest first."""
    with transaction() as session:
        for partnership in service.every(session):
            click.echo(f"{partnership.slug}: {', '.join(city.slug for city in partnership.cities)}")
            for campaign in partnership.campaigns:
                days = f"{campaign.starts} to {campaign.ends}"
                kinds = ", ".join(campaign.kinds)
                click.echo(f"  {campaign.code}  {days}, {campaign.questionnaire_version}: {kinds}")
