"""A download that breaks off in the middle, for whatever reason, is never taken for a whole file.

The product runs with gunicorn. Whoever downloads reads slowly, so that the file is on its way when something happens.
"""

import base64
import csv
import io
import json
import os
import random
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import OperationalError
from uuid_utils.compat import uuid7

from participation import database
from participation.models.submissions import Submission
from participation.settings import ROOT
from tests.factories import campaigns, cities, submissions

# More than what the sockets of both sides hold, also when it is packed; and some that are soon there.
ROWS, FEW = 8_000, 20
PIECE = 64 * 1024
STOP_SECONDS = 30
SENDING = (
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND state <> 'idle' AND backend_type = 'client backend'"
)


class Product:
    """gunicorn with one worker on a database, which takes connections before it is ready."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            environ = {name: value for name, value in os.environ.items() if not name.startswith("PARTICIPATION_")}
            environ |= {
                "PARTICIPATION_SECRET_KEY": secrets.token_urlsafe(48),
                "PARTICIPATION_INSTANCE": str(folder),
                "PARTICIPATION_DATABASE_URL": engine.url.set(drivername=engine.dialect.name).render_as_string(
                    hide_password=False
                ),
                "PARTICIPATION_LOG_LEVEL": "ERROR",
            }
            shape = ["--worker-class", "gthread", "--threads", "4", "--preload", "--log-level", "critical"]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{listening.fileno()}", *shape],
                cwd=ROOT,
                env=environ,
                pass_fds=[listening.fileno()],
                stderr=subprocess.DEVNULL,
            )

    def kill_worker(self) -> None:
        """At once and without a chance to say anything; another one takes its place."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    @contextmanager
    def download(self, name: str, accepted: str = "identity") -> Iterator[HTTPResponse]:
        """The answer, of which nothing is read yet."""
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        narrow.settimeout(120)
        narrow.connect(("127.0.0.1", self.port))
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.sock = narrow
        with closing(connection):
            connection.request("GET", f"/exports/worms/{name}", headers={"Accept-Encoding": accepted})
            yield connection.getresponse()


@pytest.fixture
def product(engine: Engine, tmp_path: Path) -> Iterator[Product]:
    chance = random.Random(1)
    with database.writing(engine) as session:
        city = cities.make(session)
        first = submissions.published(session, city, campaigns.make(session, city), text_lang="de")
        same = {column.key: getattr(first, column.key) for column in Submission.__table__.columns}
        # Words that cannot be packed.
        noise = (base64.b64encode(chance.randbytes(1100), b"xy").decode() for _ in range(ROWS - 1))
        kinds = ["idea"] * FEW + ["heat_island"] * (ROWS - FEW - 1)
        rows = [same | {"id": uuid7(), "kind": kind, "text": word} for kind, word in zip(kinds, noise, strict=True)]
        session.execute(insert(Submission), rows)
        session.commit()
    served = Product(engine, tmp_path)
    try:
        yield served
    finally:
        served.process.terminate()
        served.process.wait(STOP_SECONDS)


def read(
    product: Product, name: str, happens: Callable[[], None] = lambda: None, accepted: str = "identity"
) -> tuple[bytes, bool]:
    """What arrives of a file when something happens after its beginning, and whether the connection breaks."""
    with product.download(name, accepted) as answer:
        assert answer.status == 200
        got = [answer.read(PIECE)]
        happens()
        try:
            while piece := answer.read(PIECE):
                got.append(piece)
        except IncompleteRead as broken:
            return b"".join([*got, broken.partial]), True
        except ConnectionError:
            return b"".join(got), True
    return b"".join(got), False


def looks_whole(name: str, content: bytes, folder: Path, rows: int = ROWS) -> bool:
    """What the programs of those who download take for a whole file."""
    try:
        if name.endswith(".csv"):
            lines = list(csv.reader(io.StringIO(content.decode(errors="ignore"), newline="")))
            return len(lines[-1]) == len(lines[0]) and lines[-1][-1] == str(len(lines) - 1) == str(rows)
        if name.endswith(".geojson"):
            return len(json.loads(content)["features"]) == rows
        if name.endswith(".gpkg"):
            (folder / "taken.gpkg").write_bytes(content)
            with closing(sqlite3.connect(folder / "taken.gpkg")) as opened:
                return opened.execute("SELECT count(*) FROM idea").fetchall() == [(FEW,)]
        return zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    except (ValueError, sqlite3.DatabaseError, zipfile.BadZipFile):
        return False


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_killed_worker(product: Product, tmp_path: Path) -> None:
    for name in ("submissions.csv", "submissions.geojson", "open-data.zip", "submissions.xlsx", "submissions.gpkg"):
        content, broken = read(product, name, product.kill_worker)
        assert broken, name
        assert not looks_whole(name, content, tmp_path), name
        # The one that has taken its place sends all of it.
        content, broken = read(product, f"{name}?kind=idea")
        assert not broken, name
        assert looks_whole(name, content, tmp_path, FEW), name
    # Compressed on its way, neither the compression nor the file in it has its end.
    content, broken = read(product, "submissions.csv", product.kill_worker, "gzip")
    opened = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)
    plain = opened.decompress(content)
    assert (broken, opened.eof, looks_whole("submissions.csv", plain, tmp_path)) == (True, False, False)
    assert plain.startswith(b"id,")
    # What waits to be sent has no name any more.
    assert list((tmp_path / "exports").iterdir()) == []


def end(connection: Connection) -> None:
    """The server ends the statement that sends the rows, as it does when it is shut down."""
    ended = connection.scalars(text(f"SELECT pg_terminate_backend(pid) {SENDING}")).all()
    assert ended == [True]


def crash(connection: Connection) -> None:
    """The process that sends the rows is killed: the server ends all others and starts anew."""
    [sending] = connection.scalars(text(f"SELECT pid {SENDING}")).all()
    os.kill(sending, signal.SIGKILL)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("goes_away", [end, crash])
def test_a_database_that_goes_away(
    goes_away: Callable[[Connection], None], product: Product, engine: Engine, tmp_path: Path
) -> None:
    def happens() -> None:
        with engine.connect() as connection:
            goes_away(connection)

    for name in ("submissions.csv", "submissions.geojson", "open-data.zip"):
        content, broken = read(product, name, happens)
        assert broken, name
        assert not looks_whole(name, content, tmp_path), name
        wait_for(engine)
    # A moment later everything is as before.
    content, broken = read(product, "submissions.csv")
    assert (broken, looks_whole("submissions.csv", content, tmp_path)) == (False, True)


def wait_for(engine: Engine) -> None:
    """Until the server takes connections again."""
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        engine.dispose()
        try:
            with engine.connect():
                return
        except OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
