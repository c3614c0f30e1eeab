"""`flask demo`: load the demonstration."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup
from flask_security import hash_password

from participation.cli.plumbing import transaction
from participation.cli.sentences import explained
from participation.services import demo as service
from participation.services.demo import SignIn
from participation.settings import ROOT, Settings

demo = AppGroup("demo", help="The demonstration with its sample data.")
FOLDER = ROOT / "participation" / "demo"


@demo.command("load")
def load() -> None:
    """Load cities, staff accounts and sample submissions, unless they are there."""
    settings: Settings = current_app.extensions["participation_settings"]
    show(load_once(), settings.base_url)


def load_once() -> list[SignIn]:
    """The sign-ins of a demo that was loaded just now; none where it was there already."""
    settings: Settings = current_app.extensions["participation_settings"]
    with transaction() as session, explained():
        return service.load(
            session,
            folder=FOLDER,
            basemaps=settings.basemaps,
            today=datetime.now(UTC).date(),
            hash_password=hash_password,
        )


def show(sign_ins: Sequence[SignIn], base_url: str) -> None:
    """Tell the sign-ins the only time that anybody can."""
    if not sign_ins:
        click.echo(
            "The demo is loaded. Its passwords were shown once; a new one: flask --app wsgi accounts password EMAIL"
        )
        return
    click.echo(f"\nSign-ins of the demo's staff at {base_url}/en/staff/ (shown only this once):")
    for sign_in in sign_ins:
        role = f"{sign_in.role.replace('_', ' ')}{f' of {sign_in.scope}' if sign_in.scope else ''}"
        click.echo(f"  {sign_in.email:<26} {sign_in.password}  {role}")
