"""Counts are exact while several processes count, begin anew when they are over, and name nobody."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.limits import LimitCount, LimitKey
from participation.services import limits
from participation.settings import ROOT
from tests.factories.submissions import NOW

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
SECRET = "00" * 32
# What one process does: count a hundred times, each time in a transaction of its own.
COUNTING = """
import sys
from datetime import UTC, datetime
from participation import database
from participation.services import limits
engine = database.connect(sys.argv[1])
for _ in range(100):
    with database.writing(engine) as session:
        n = limits.count(session, key="everybody", seconds=3600, amount=1, now=datetime.now(UTC))
        session.commit()
    print(n)
"""


def count(session: Session, key: str = "somebody", *, later: float = 0, amount: int = 1) -> int:
    return limits.count(session, key=key, seconds=60, amount=amount, now=NOW + later * SECOND)


def test_each_key_has_a_count_of_its_own(session: Session) -> None:
    assert [count(session), count(session), count(session, "other"), count(session, amount=3)] == [1, 2, 1, 5]
    assert limits.counted(session, key="somebody", now=NOW) == 5
    assert limits.counted(session, key="nobody", now=NOW) == 0


def test_a_count_that_is_over_begins_anew(session: Session) -> None:
    assert [count(session, later=later) for later in (0, 30, 59.9, 60, 61)] == [1, 2, 3, 1, 2]
    assert limits.ends(session, key="somebody", now=NOW + 61 * SECOND) == NOW + 120 * SECOND
    assert limits.counted(session, key="somebody", now=NOW + 119 * SECOND) == 2
    assert limits.counted(session, key="somebody", now=NOW + 120 * SECOND) == 0
    assert limits.ends(session, key="nobody", now=NOW) == NOW


def test_counts_can_be_cleared(session: Session) -> None:
    for key in ("one", "two", "three"):
        count(session, key)
    limits.clear(session, key="one")
    assert count(session, "one") == 1
    assert limits.clear_all(session) == 3
    assert count(session, "two") == 1


def test_two_processes_lose_nothing(session: Session, database_url: str) -> None:
    command = [sys.executable, "-c", COUNTING, database_url]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    seen = [int(line) for process in processes for line in process.communicate(timeout=100)[0].split()]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(seen) == [*range(1, 201)]


def test_the_key_of_a_day_is_made_once(session: Session) -> None:
    assert limits.secret_of_day(session, now=NOW) is None
    first, again, tomorrow = (limits.make_secret_of_day(session, now=NOW + days * DAY) for days in (0, 0, 1))
    assert first == again == limits.secret_of_day(session, now=NOW) != tomorrow
    assert len(bytes.fromhex(first)) == 32


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("", "unknown", False),
    ],
)
def test_who_counts_together(one: str, other: str, same: bool) -> None:
    assert (limits.name_of(one, secret=SECRET) == limits.name_of(other, secret=SECRET)) is same


def test_another_day_another_name() -> None:
    assert limits.name_of("192.0.2.1", secret=SECRET) != limits.name_of("192.0.2.1", secret="11" * 32)


@given(st.ip_addresses().map(str) | st.text(max_size=40))
def test_a_name_tells_nothing(address: str) -> None:
    name = limits.name_of(address, secret=SECRET)
    assert len(bytes.fromhex(name)) == 32


def test_no_key_stands_in_the_table_as_it_is(session: Session) -> None:
    count(session, "LIMITER/192.0.2.1/sends")
    [key] = session.scalars(select(LimitCount.key))
    assert len(bytes.fromhex(key)) == 32


def test_what_is_over_is_forgotten(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH", 2)
    for number, later in enumerate((-300, -200, -100, -10, 0)):
        count(session, str(number), later=later)
    for days in (-2, -1, 0):
        limits.make_secret_of_day(session, now=NOW + days * DAY)
    assert [limits.forget(session, now=NOW) for _ in range(3)] == [2 + 2, 1, 0]
    assert len(session.scalars(select(LimitCount)).all()) == 2
    assert [*session.scalars(select(LimitKey.day))] == [NOW.date()]


def test_the_day_is_the_same_everywhere(session: Session) -> None:
    late = datetime(2026, 7, 1, 23, 59, tzinfo=UTC)
    limits.make_secret_of_day(session, now=late)
    assert limits.secret_of_day(session, now=late + 2 * timedelta(minutes=1)) is None
