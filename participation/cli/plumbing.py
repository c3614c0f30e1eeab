"""What every command needs: the engine, one transaction, and errors as one clear line."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from participation import database
from participation.errors import FormInvalid, ServiceError


def engine() -> Engine:
    """The engine of the app the command runs in."""
    found: Engine = current_app.extensions["participation_engine"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that is committed when the command's work went well, and rolled back whole when not."""
    with database.writing(engine()) as session:
        try:
            yield session
        except ServiceError as error:
            raise click.ClickException(sentence(error)) from error
        session.commit()


def sentence(error: ServiceError) -> str:
    """An error for the operator: its code and the figures that belong to it."""
    if isinstance(error, FormInvalid):
        return "; ".join(
            f"{field}: {phrase(problem.code, problem.details)}" for field, problem in error.problems.items()
        )
    return phrase(error.code, error.details)


def phrase(code: str, details: object) -> str:
    """`email_taken` with `email=a@b.example` becomes `email taken (email: a@b.example)`."""
    known = details if isinstance(details, dict) else {}
    figures = ", ".join(f"{name}: {value}" for name, value in known.items() if value not in (None, ""))
    return code.replace("_", " ") + (f" ({figures})" if figures else "")
