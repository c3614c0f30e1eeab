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

SKIPPING = {
    "test": "import pytest\ndef test_it(): pytest.skip({reason!r})",
    "mark": "import pytest\n@pytest.mark.skip(reason={reason!r})\ndef test_it(): pass",
    "module": "import pytest\npytest.skip({reason!r}, allow_module_level=True)",
    "fixture": "import pytest\n@pytest.fixture\ndef f(): pytest.skip({reason!r})\ndef test_it(f): pass",
}
ABSENT = "/nowhere/at/all"


def run(tmp_path: Path, source: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One file of tests under the rule about skips, and nothing else of ours."""
    (tmp_path / "test_it.py").write_text(source)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PARTICIPATION_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-p", "tests.fixtures.skips", "--noconftest", "-q", "-rs"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", "--rootdir", tmp_path, "-c", os.devnull, tmp_path / "test_it.py"],
        cwd=ROOT,
        env=plain | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("how", SKIPPING)
def test_where_everything_is_required_a_skip_fails(how: str, tmp_path: Path) -> None:
    source = SKIPPING[how].format(reason="no server here")
    assert run(tmp_path, source).returncode in (0, 5)
    refused = run(tmp_path, source, PARTICIPATION_REQUIRE_ALL="1")
    assert refused.returncode in (1, 2)
    assert "skipped, but PARTICIPATION_REQUIRE_ALL is set: Skipped: no server here" in refused.stdout


def test_real_data_that_is_absent_may_be_missing(tmp_path: Path) -> None:
    source = SKIPPING["test"].format(reason=f"the folder of real test data is absent: {ABSENT}")
    allowed = run(tmp_path, source, PARTICIPATION_REQUIRE_ALL="1", PARTICIPATION_TEST_DATA=ABSENT)
    assert allowed.returncode == 0, allowed.stdout
    refused = run(tmp_path, source, PARTICIPATION_REQUIRE_ALL="1", PARTICIPATION_TEST_DATA=str(tmp_path))
    assert refused.returncode == 1


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    source = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False"
    assert run(tmp_path, source, PARTICIPATION_REQUIRE_ALL="1").returncode == 0


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
