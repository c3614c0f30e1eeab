"""`flask cities`: load a city from its file, and list the cities."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from participation.cli.plumbing import transaction
from participation.cli.sentences import explained, own_name
from participation.models.cities import City
from participation.services import cities as service
from participation.settings import Settings

cities = AppGroup("cities", help="Cities.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@cities.command("load")
@click.argument("file", type=FILE)
def load(file: Path) -> None:
    """Make a city from FILE (TOML), or bring it up to date with it."""
    settings: Settings = current_app.extensions["participation_settings"]
    with transaction() as session, explained():
        city = service.load(session, file=file, basemaps=settings.basemaps)
        figures = f"{len(city.districts)} districts, {len(city.landmarks)} landmarks"
        basemap = f"basemap {_basemap(city)}" if city.basemap else "no basemap"
    click.echo(f"{own_name(city)} ({city.slug}): {figures}, {basemap}")


def _basemap(city: City) -> str:
    """Its kind, its pictures or vectors, and from which zoom to which."""
    held = city.basemap or {}
    form = "vector" if held["tiles"] == "vector" else held["format"]
    return f"{held['type']} ({form}, zoom {held['min_zoom']} to {held['max_zoom']})"


@cities.command("list")
def list_all() -> None:
    """All cities."""
    with transaction() as session:
        for city in service.every(session):
            mark = ", demo" if city.demo else ""
            click.echo(f"{city.slug}  {own_name(city)}, {city.country}, {', '.join(city.languages)}{mark}")
