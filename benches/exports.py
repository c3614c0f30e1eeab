"""Measure the downloads against the databases' own tools and print the figures as the README has them.

`make bench-exports`: a city gets a million submissions, made from those of the demonstration, on SQLite and on
PostgreSQL. The product serves `submissions.csv` with gunicorn on this machine's loopback; psql and sqlite3 write the
same columns into a file.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, make_url

from benches import crowds
from benches.served import Served, served
from participation import database
from participation.services import cities, exports
from participation.services.export_tables import SUBMISSIONS
from participation.services.exports import Export
from participation.services.filters import Filter
from tests.postgres import PostgresCluster

CITY = "worms"
WANTED = {"postgresql": 0.6, "sqlite": 0.4}
MEMORY_MB, FIRST_BYTE_S = 64, 0.5


def main() -> None:
    """Measure as the arguments say; status 1 where a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=WANTED, help="one database instead of both")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is measured; the median counts")
    wanted = parser.parse_args()
    missed: list[str] = []
    print(f"{datetime.now(UTC):%Y-%m-%d}, {wanted.rows:,} rows, median of {wanted.repeat}")
    print("| database | own tool, rows/s | download, rows/s | of it | first byte | memory | others, slowest of |")
    print("|---|---|---|---|---|---|---|")
    for kind in [wanted.only] if wanted.only else WANTED:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="participation-bench-")))
            missed += measure(kind, made(kind, folder, stack), folder, wanted)
    sys.exit("\n".join(missed) or 0)


def made(kind: str, folder: Path, stack: ExitStack) -> str:
    """The address of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'participation.db'}"
    return stack.enter_context(PostgresCluster.start()).create_database("bench")


def measure(kind: str, url: str, folder: Path, wanted: argparse.Namespace) -> list[str]:
    """Fill a database, measure both ways in turns, print a line; returns what was missed."""
    engine = database.connect(url)
    crowds.fill(engine, CITY, wanted.rows)
    tool = own_tool(engine, folder)
    engine.dispose()
    tools: list[float] = []
    found: list[Served] = []
    for _ in range(wanted.repeat):
        tools.append(timed(tool))
        found.append(served(url, folder, f"/exports/{CITY}/submissions.csv", wanted.rows))
    own, ours = (wanted.rows / statistics.median(seconds) for seconds in (tools, [one.seconds for one in found]))
    first, memory = max(one.first_byte for one in found), max(one.memory_mb for one in found)
    others = max(one.slowest for one in found)
    answered = sum(one.answered for one in found)
    print(
        f"| {kind} | {own:,.0f} | {ours:,.0f} | {ours / own:.2f} (wanted: {WANTED[kind]}) | {first:.2f} s"
        f" | {memory:.0f} MB | {others:.2f} s of {answered} |"
    )
    figures = (ours / own >= WANTED[kind], first <= FIRST_BYTE_S, memory <= MEMORY_MB)
    return [] if all(figures) else [f"{kind}: a figure was missed"]


def own_tool(engine: Engine, folder: Path) -> list[str]:
    """The command that writes the same columns into a file by the database's own tool."""
    with database.reading(engine) as session:
        city = cities.by_slug(session, slug=CITY)
        export = Export(SUBMISSIONS, city, Filter(), datetime.now(UTC), base_url="http://127.0.0.1")
        source = exports.source_of(export)
        assert source is not None
        query = exports.ordered(export, source)
        statement = str(query.compile(engine, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    statement = " ".join(statement.split())
    if engine.dialect.name == "sqlite":
        return [
            "sqlite3",
            "-csv",
            "-header",
            "-cmd",
            f".once {folder / 'own.csv'}",
            str(engine.url.database),
            statement,
        ]
    url = make_url(engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    return ["psql", "-q", "-d", url, "-c", f"\\copy ({statement}) to '{folder / 'own.csv'}' csv header"]


def timed(command: list[str]) -> float:
    """How many seconds it takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
