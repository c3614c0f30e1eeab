"""`flask accounts`: make staff accounts, give new passwords, forget lost second factors, list the accounts."""

import sys
import unicodedata
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup
from flask_security import hash_password
from sqlalchemy.orm import Session

from participation.cli.plumbing import transaction
from participation.cli.sentences import explained
from participation.models.accounts import ROLES
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.services import accounts as service
from participation.services import cities, partnerships

accounts = AppGroup("accounts", help="Staff accounts.")
from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@accounts.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--city", metavar="SLUG", help="The city of a moderator or city lead.")
@click.option("--partnership", metavar="SLUG", help="The partnership of a facilitator.")
@from_stdin
def create(email: str, role: str, city: str | None, partnership: str | None, password_stdin: bool) -> None:
    """Make an account for EMAIL."""
    if city and partnership:
        raise click.UsageError("An account belongs to a city or to a partnership, not to both.")
    with explained():
        hashed = hashed_password(password_stdin, email)
    with transaction() as session, explained():
        scope = _scope(session, city, partnership)
        made = service.create(session, email=email, password_hash=hashed, role=role, scope=scope, now=datetime.now(UTC))
    click.echo(f"{made.email}: {role}{f' of {scope.slug}' if scope else ''}")


@accounts.command("password")
@click.argument("email")
@from_stdin
def password(email: str, password_stdin: bool) -> None:
    """Give EMAIL a new password; all its sessions end."""
    with explained():
        hashed = hashed_password(password_stdin, email)
    with transaction() as session, explained():
        service.set_password(session, email=email, password_hash=hashed)
    click.echo(f"{email}: new password, all sessions ended")


@accounts.command("recover")
@click.argument("email")
def recover(email: str) -> None:
    """Let EMAIL set up a new second factor, when device and recovery codes are lost; all its sessions end."""
    with transaction() as session, explained():
        service.forget_second_factor(session, email=email)
    click.echo(f"{email}: no second factor any more, all sessions ended")


@accounts.command("list")
def list_all() -> None:
    """All accounts."""
    with transaction() as session:
        for account in service.every(session):
            scope = account.scope
            off = "" if account.active else ", off"
            click.echo(f"{account.email}  {account.role}{f' of {scope.slug}' if scope else ''}{off}")


def hashed_password(from_standard_input: bool, email: str) -> str:
    """A password that is good enough, hashed as the sign-in form expects it; raises Invalid for a weak one."""
    if from_standard_input:
        typed = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise click.UsageError("There is no terminal to ask for the password: use --password-stdin.")
    service.check_password(typed, about=[email])
    # The sign-in form brings what is typed into this form before it compares; "ü" can be one letter or two.
    normal: str = hash_password(unicodedata.normalize(current_app.config["SECURITY_PASSWORD_NORMALIZE_FORM"], typed))
    return normal


def _scope(session: Session, city: str | None, partnership: str | None) -> City | Partnership | None:
    if city:
        return cities.by_slug(session, slug=city)
    return partnerships.by_slug(session, slug=partnership) if partnership else None
