"""The test harness keeps its own promises: closed to the outside, nothing skipped in secret, statements counted."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from participation.settings import ROOT
from tests.fixtures.databases import sqlite_only
from tests.fixtures.networks import is_outside
from tests.fixtures.statements import Budget

REASON = "no server here"
ABSENT = "/nowhere/at/all"
DATA_ABSENT = f"the folder of real test data is absent: {ABSENT}"
# Files of tests, each with one way to skip; the last two are not to be taken for a skip that fails.
SKIPPING = {
    "test_inside": "def test_it(): pytest.skip({reason!r})",
    "test_marked": "@pytest.mark.skip(reason={reason!r})\ndef test_it(): pass",
    "test_module": "pytest.skip({reason!r}, allow_module_level=True)",
    "test_fixture": "@pytest.fixture\ndef f(): pytest.skip({reason!r})\ndef test_it(f): pass",
}
ALLOWED = {
    "test_expected": "@pytest.mark.xfail\ndef test_it(): assert False",
    "test_data": f"def test_it(): pytest.skip({DATA_ABSENT!r})",
}


def run(folder: Path, **environment: str) -> str:
    """Run the files under the rule about skips, and nothing else of ours; returns the summary."""
    for name, source in (SKIPPING | ALLOWED).items():
        (folder / f"{name}.py").write_text("import pytest\n" + source.format(reason=REASON))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARTICIPATION_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-p", "tests.fixtures.skips", "-p", "no:cacheprovider", "-q", "-rfEsx"]
    done = subprocess.run(
        [*command, "--noconftest", "--continue-on-collection-errors", "--rootdir", folder, "-c", os.devnull, folder],
        cwd=ROOT,
        env=kept | environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_a_skip_is_a_skip_where_something_may_be_missing(tmp_path: Path) -> None:
    assert "5 skipped, 1 xfailed" in run(tmp_path)


def test_where_everything_is_required_a_skip_fails_unless_it_is_for_real_data(tmp_path: Path) -> None:
    summary = run(tmp_path, PARTICIPATION_REQUIRE_ALL="1", PARTICIPATION_TEST_DATA=ABSENT)
    assert summary.count(f"skipped, but PARTICIPATION_REQUIRE_ALL is set: Skipped: {REASON}") >= len(SKIPPING)
    assert "1 failed, 1 skipped, 1 xfailed, 3 errors" in summary
    there = run(tmp_path, PARTICIPATION_REQUIRE_ALL="1", PARTICIPATION_TEST_DATA=str(tmp_path))
    assert "2 failed, 1 xfailed, 3 errors" in there


@pytest.mark.parametrize(
    ("host", "outside"),
    [("localhost", False), ("127.0.0.1", False), ("::1", False), ("", False), ("8.8.8.8", True), ("example.org", True)],
)
def test_the_network_ends_at_this_machine(host: str, outside: bool) -> None:
    assert is_outside(host) is outside


def test_nothing_is_connected_or_looked_up_beyond_it() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"a test tried to reach '192\.0\.2\.1'"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(pytest.fail.Exception, match=r"socket\.getaddrinfo"):
        socket.getaddrinfo("example.org", 443)


@sqlite_only
def test_a_budget_that_is_spent_fails(session: Session, at_most: Budget) -> None:
    with at_most(2):
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
    with pytest.raises(AssertionError, match="2 statements instead of 1"):
        spend(session, at_most)


def spend(session: Session, at_most: Budget) -> None:
    """Two statements where one is allowed."""
    with at_most(1):
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
