"""`flask api-clients`: keys for programs of others that may send entries to a city."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from participation.cli.plumbing import transaction
from participation.cli.sentences import explained
from participation.models.api_clients import ApiClient
from participation.services import api_clients as service
from participation.services import cities

api_clients = AppGroup("api-clients", help="Programs that may send entries to a city (Open311).")


@api_clients.command("create")
@click.argument("name")
@click.option("--city", required=True, metavar="SLUG", help="The city that gets the entries.")
def create(name: str, city: str) -> None:
    """Make a client called NAME and print its key, which is shown this once only."""
    with transaction() as session, explained():
        made = service.create(session, city=cities.by_slug(session, slug=city), name=name, now=datetime.now(UTC))
        click.echo(f"Client {made.client.id}, {made.client.name}, may send entries to {city}.", err=True)
        click.echo(made.key)


@api_clients.command("list")
def list_all() -> None:
    """All clients; their keys are not known here."""
    with transaction() as session:
        for client in service.every(session):
            click.echo(f"{client.id}  {client.name}  {client.city.slug}, {_life(client)}")


@api_clients.command("revoke")
@click.argument("client_id", metavar="ID", type=int)
def revoke(client_id: int) -> None:
    """Let the key of client ID count no longer."""
    with transaction() as session, explained():
        client = service.revoke(session, client_id=client_id, now=datetime.now(UTC))
        click.echo(f"Client {client.id}, {client.name}, is revoked.")


def _life(client: ApiClient) -> str:
    days = [f"made {client.created_at:%Y-%m-%d}", f"used {client.used_at:%Y-%m-%d}" if client.used_at else "never used"]
    return ", ".join([*days, *([f"revoked {client.revoked_at:%Y-%m-%d}"] if client.revoked_at else [])])
