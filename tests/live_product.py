"""The real product for browser tests: gunicorn on a free port, its own SQLite database, loaded by the real commands."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import database
from participation.app import create_app
from participation.models.submissions import Submission
from participation.settings import ROOT, Settings
from tests.factories import toml_files

DEMO = ROOT / "participation" / "demo"
TODAY = datetime.now(UTC).date()
MONTH = timedelta(days=30)
START_SECONDS = 60
CAMPAIGN = {
    "name": {"de": "Hitzesommer", "fr": "Été chaud", "es": "Verano de calor", "en": "Hot summer"},
    "kinds": ["heat_island", "climate_oasis", "idea", "feedback"],
}
# Staff by a name for tests: role, and the option that says for what.
STAFF = {
    "worms": ("moderator", "--city", "worms"),
    "metz": ("moderator", "--city", "metz"),
    "koeln": ("moderator", "--city", "koeln"),
    "operator": ("operator",),
}


@dataclass(frozen=True)
class SignIn:
    """What a member of staff types."""

    email: str
    password: str


class LiveProduct:
    """Worms and Metz with a campaign that is open now, Köln and Yarinacocha with one that is over, and their staff."""

    def __init__(self, folder: Path, *, served: str = "wsgi:app", **environ: str) -> None:
        self.folder = folder
        self._served, self._environ = served, environ
        self._log = folder / "server.log"
        self._read = 0
        self._server: subprocess.Popen[bytes] | None = None
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        instance = folder / "instance"
        instance.mkdir()
        self.settings = Settings(
            secret_key=secrets.token_urlsafe(48),
            instance=instance,
            database_url=f"sqlite:///{instance / 'participation.db'}",
            base_url=self.base,
            second_factor="optional",
        )
        self._app: Flask = create_app(self.settings)
        self.staff: dict[str, SignIn] = {}

    def __enter__(self) -> Self:
        try:
            self._load()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def run(self, *command: str, typed: str = "") -> str:
        """Run one of the product's commands, which must succeed; `typed` is its standard input."""
        result = self._app.test_cli_runner().invoke(args=command, input=typed)
        assert result.exit_code == 0, f"{' '.join(command)}: {result.output} {result.exception!r}"
        return result.output

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session on the product's database; what the block did is committed."""
        with database.writing(self._app.extensions["participation_engine"]) as session:
            yield session
            session.commit()

    def sent(self, text: str) -> Sequence[Submission]:
        """The submissions with exactly this text, the oldest first."""
        with database.reading(self._app.extensions["participation_engine"]) as session:
            return session.scalars(select(Submission).where(Submission.text == text).order_by(Submission.id)).all()

    def breakdowns(self) -> list[str]:
        """What the server has logged about errors that nobody foresaw, since it was asked last."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        new, self._read = lines[self._read :], len(lines)
        return [line for line in new if "unexpected_error" in line or "Traceback" in line]

    def load_partnership(self, slug: str, cities: Sequence[str], *campaigns: tuple[str, date, date]) -> None:
        """Bring a partnership and its campaigns (code, first and last day) up to date, as an operator does."""
        tables = [{"code": code, "starts": starts, "ends": ends, **CAMPAIGN} for code, starts, ends in campaigns]
        changed = {"slug": slug, "name": " – ".join(cities), "cities": list(cities)}
        self.run("partnerships", "load", str(toml_files.partnership(self.folder, *tables, **changed)))

    def stop(self) -> None:
        """End the server and give up the database."""
        self._socket.close()
        if self._server is not None:
            assert self._server.stdin is not None
            self._server.stdin.close()
            try:
                self._server.wait(15)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        self._app.extensions["participation_engine"].dispose()

    def _load(self) -> None:
        self.run("database", "migrate")
        for slug in ("worms", "metz", "koeln", "yarinacocha"):
            self.run("cities", "load", str(DEMO / f"{slug}.toml"))
        now = ("now", TODAY - MONTH, TODAY + MONTH)
        before = ("before", TODAY - 12 * MONTH, TODAY - 9 * MONTH)
        self.load_partnership("worms-metz", ["worms", "metz"], now, before)
        self.load_partnership("koeln-yarinacocha", ["koeln", "yarinacocha"], before)
        for name, (role, *scope) in STAFF.items():
            sign_in = SignIn(f"{name}@city.example", secrets.token_urlsafe(16))
            self.run(
                *("accounts", "create", sign_in.email, "--role", role, *scope, "--password-stdin"),
                typed=f"{sign_in.password}\n",
            )
            self.staff[name] = sign_in

    def _start(self) -> None:
        environ = {
            key: value for key, value in os.environ.items() if not key.startswith(("PARTICIPATION_", "GUNICORN"))
        }
        environ |= {
            "PARTICIPATION_SECRET_KEY": self.settings.secret_key,
            "PARTICIPATION_INSTANCE": str(self.settings.instance),
            "PARTICIPATION_BASE_URL": self.settings.base_url,
            "PARTICIPATION_SECOND_FACTOR": self.settings.second_factor,
            # All residents of all tests send from one address, half of them without scripts.
            **{f"PARTICIPATION_{name}": "100000" for name in ("SENDS_PER_HOUR", "SENDS_PER_DAY")},
            "PARTICIPATION_UNPROVEN_SENDS_PER_HOUR": "100000",
            # Proofs as everywhere, but done in no time.
            "PARTICIPATION_PROOF_WORK": "500",
            **self._environ,
        }
        # The port is taken already, so that nobody can be faster; gunicorn gets the open socket.
        number = self._socket.fileno()
        command = [sys.executable, "-m", "gunicorn", self._served, "--bind", f"fd://{number}", "--threads", "8"]
        command += ["--worker-class", "gthread", "--config", str(ROOT / "tests" / "gunicorn_for_tests.py")]
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[number],
            )
        # From here only the server holds it: a request fails at once when the server has ended.
        self._socket.close()
        try:
            # Without the proxy that this machine may need for the way outside.
            build_opener(ProxyHandler({})).open(f"{self.base}/readyz", timeout=START_SECONDS).close()
        except (URLError, OSError) as error:
            raise AssertionError(f"the product did not start: {error}\n{self._log.read_text()}") from error
