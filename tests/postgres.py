"""One PostgreSQL cluster for a run of the tests: started on demand, and gone afterwards whatever ends the run.

A supervisor process makes the cluster and removes it when its input ends. That input is a pipe whose other end only
this process holds, so stopping, Ctrl-C and even a killed test run all end the cluster in the same way.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

OLDEST = 15
START_SECONDS = 60
SUPERUSER = "postgres"
# Nothing here outlives the run, so nothing needs to reach the disk; no port is opened.
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{directory}'
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
shared_buffers = 64MB
max_connections = 50
timezone = 'UTC'
"""


class PostgresUnavailable(Exception):
    """There is no server to start on this machine; the message says which is needed."""


class StartFailed(Exception):
    """initdb or the server gave up; the message is the log."""


class PostgresCluster:
    """A running cluster of its own, reached by a Unix socket only; a context manager that stops it."""

    def __init__(self, supervisor: subprocess.Popen[str], directory: str) -> None:
        self._supervisor = supervisor
        self._directory = directory

    @classmethod
    def start(cls) -> Self:
        """Start a cluster; raises PostgresUnavailable without a server, RuntimeError with its log if it will not."""
        programs = find_server()
        command = [sys.executable, str(Path(__file__).resolve()), "supervise", str(programs)]
        # In a session of its own, Ctrl-C does not reach the server before the tests are through with it.
        supervisor = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert supervisor.stdout is not None
        state, _, rest = supervisor.stdout.readline().rstrip("\n").partition(" ")
        if state != "ready":
            rest += supervisor.stdout.read()
            supervisor.communicate()
            raise RuntimeError(f"PostgreSQL in {programs} did not start: {rest}")
        return cls(supervisor, rest)

    def stop(self) -> None:
        """Stop the server at once and remove its data; harmless when it has been stopped."""
        self._supervisor.communicate(timeout=60)

    def url(self, name: str) -> str:
        """SQLAlchemy's address of the database `name`."""
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={self._directory}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make an empty database, or a copy of `template` (to which nobody may be connected); returns its address."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending the connections to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(host=self._directory, user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def find_server() -> Path:
    """Folder with the programs of the newest PostgreSQL server here; raises PostgresUnavailable without one."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    versions = {folder: _major_version(folder) for folder in folders if (folder / "initdb").is_file()}
    newest = max(versions, key=lambda folder: versions[folder], default=None)
    if newest is None or versions[newest] < OLDEST:
        raise PostgresUnavailable(f"needs a PostgreSQL server, {OLDEST} or newer (Debian's package: postgresql)")
    return newest


def _major_version(programs: Path) -> int:
    try:
        answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(found[1]) if found else 0


def _server_account() -> pwd.struct_passwd | None:
    """The account that runs the server: PostgreSQL refuses to run as root. None: the one that runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def supervise(programs: Path) -> None:
    """Run a cluster until standard input ends. Says `ready FOLDER`, or `failed` and what the server said."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Not under TMPDIR, which may be deep: the path of a socket has at most 107 bytes.
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        _make_cluster(programs, directory)
        with _running_server(programs, directory):
            _tell(f"ready {directory}")
            sys.stdin.read()
    except StartFailed as failure:
        _tell(f"failed {failure}")
    finally:
        shutil.rmtree(directory)


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _make_cluster(programs: Path, directory: Path) -> None:
    account = _server_account()
    if account:
        os.chown(directory, account.pw_uid, account.pw_gid)
    data = directory / "data"
    options: list[str | Path] = [
        "-D",
        data,
        "-U",
        SUPERUSER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    initdb = _start(directory, [programs / "initdb", *options])
    if initdb.wait() != 0:
        raise StartFailed((directory / "log").read_text())
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION.format(directory=directory))


@contextmanager
def _running_server(programs: Path, directory: Path) -> Iterator[None]:
    server = _start(directory, [programs / "postgres", "-D", directory / "data"])
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_ready(directory):
            if server.poll() is not None or time.monotonic() > deadline:
                raise StartFailed((directory / "log").read_text())
            time.sleep(0.02)
        yield
    finally:
        # "Immediate shutdown": the data is thrown away, so nothing needs to be written.
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _is_ready(directory: Path) -> bool:
    """The server writes its state into the last line of this file, for its own tools to read."""
    try:
        return (directory / "data" / "postmaster.pid").read_text().split()[-1:] == ["ready"]
    except FileNotFoundError:
        return False


def _start(directory: Path, command: list[str | Path]) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL in `directory`, under the server's account, writing to the file `log` there."""
    account = _server_account()
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["supervise"]:
        supervise(Path(sys.argv[2]))
    else:
        try:
            _tell(str(find_server()))
        except PostgresUnavailable as missing:
            sys.exit(str(missing))
