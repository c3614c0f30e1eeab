"""Measure the memory and time of the formats that are made of rows: a part of `make bench-exports`.

A city gets 100,000 submissions, made from those of the demonstration, on SQLite. Each format is written in a process
of its own, once with nothing in it, so that everything is loaded, and once with everything; what the most memory in
use grows by in between is what the rows cost.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from benches import crowds
from participation import database
from participation.models import all_tables  # noqa: F401  # relationships name each other
from participation.services import cities, export_files
from participation.services.export_files import File
from participation.services.export_tables import SUBMISSIONS
from participation.services.exports import Export
from participation.services.filters import Filter

CITY = "worms"
ROWS = 100_000
FORMATS = ("xlsx", "gpkg", "geojson", "zip")
MEMORY_MB = 60
NOBODY_SENT = Filter(first_day=date(2001, 1, 1), last_day=date(2001, 1, 1))


def main() -> None:
    """Measure as the arguments say; status 1 where too much memory was taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--only", choices=FORMATS, help="one format instead of all")
    parser.add_argument("--one", nargs=2, metavar=("FORMAT", "DATABASE"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        print(measure(*wanted.one))
        return
    missed = []
    print(f"{datetime.now(UTC):%Y-%m-%d}, {wanted.rows:,} rows, SQLite")
    print("| format | seconds | MB | memory |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="participation-bench-") as folder:
        url = f"sqlite:///{folder}/participation.db"
        engine = database.connect(url)
        crowds.fill(engine, CITY, wanted.rows)
        engine.dispose()
        for name in [wanted.only] if wanted.only else FORMATS:
            command = [sys.executable, "-m", "benches.workbooks", "--one", name, url]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds, size, memory = (float(word) for word in done.stdout.split())
            print(f"| {name} | {seconds:.0f} | {size:.0f} | {memory:.0f} MB (wanted: {MEMORY_MB}) |")
            if memory > MEMORY_MB:
                missed.append(f"{name}: {memory:.0f} MB of memory, wanted {MEMORY_MB}")
    sys.exit("\n".join(missed) or 0)


def measure(ending: str, url: str) -> str:
    """Write a format without and with rows; seconds, megabytes of the file, and megabytes of memory in between."""
    _written(ending, url, NOBODY_SENT)
    # From here on the process counts anew what it has used at most.
    Path("/proc/self/clear_refs").write_text("5")
    before, started = _most_memory(), time.perf_counter()
    size = _written(ending, url, Filter())
    return f"{time.perf_counter() - started} {size / 1e6} {(_most_memory() - before) / 1024}"


def _written(ending: str, url: str, chosen: Filter) -> int:
    """How many bytes there are; none is kept."""
    engine = database.connect(url)
    with database.snapshot(engine) as session, tempfile.TemporaryDirectory() as folder:
        city = cities.by_slug(session, slug=CITY)
        export = Export(SUBMISSIONS, city, chosen, datetime.now(UTC), lang="de", base_url="http://127.0.0.1")
        name = export_files.EVERYTHING if ending == "zip" else SUBMISSIONS.name
        file = File(name, ending, export, "", private=False, folder=Path(folder))
        size = sum(len(block) for block in export_files.write(session, file=file))
    engine.dispose()
    return size


def _most_memory() -> int:
    """The most memory in use so far, in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
