"""`make bench-interfaces`: the interfaces for programs, asked in thousands of ways on a small sample."""

import argparse
import tempfile
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy.orm import Session

from participation import database
from participation.app import create_app
from participation.services import api_clients
from participation.settings import ROOT
from participation.web.plumbing.limits import limiter
from tests.factories import samples, settings
from tests.factories.submissions import NOW
from tests.interfaces import DOCUMENTS, ask, of_worms, operations


def main() -> None:
    """Ask every operation; ends with the first answer that is not in the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=150, help="how many of each sort for each operation")
    examples = parser.parse_args().examples
    with tempfile.TemporaryDirectory() as folder:
        app = made(Path(folder))
        with Session(app.extensions["participation_engine"]) as session:
            key = api_clients.create(session, city=samples.make(session).city, name="Program", now=NOW).key
            session.commit()
        for document in DOCUMENTS:
            for operation in operations(app, document):
                started = time.perf_counter()
                asked = ask(operation, examples, of_worms(key))
                spent = time.perf_counter() - started
                print(f"{operation.label}: {asked} answers as documented, {spent:.1f} s")


def made(folder: Path) -> Flask:
    """The product on a database of its own, without limits: it is all one connection that asks."""
    url = f"sqlite:///{folder / 'interfaces.db'}"
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["engine"] = database.connect(url)
    command.upgrade(config, "head")
    app = create_app(settings.make(url, folder / "instance"))
    limiter.enabled = False
    return app


if __name__ == "__main__":
    main()
