"""Measure how long a large table takes to come in, on both databases: a part of `make bench-exports`.

A foreign table with 100,000 rows, written from the entries of the demonstration with points of their own, is read with
a column mapping into a city that has nothing but its campaigns, in a process of its own, as the worker does it.
"""

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from benches import crowds
from benches.exports import WANTED, made
from participation import database
from participation.models import all_tables  # noqa: F401  # relationships name each other
from participation.models.submissions import Submission
from participation.services import campaigns, cities, import_files, imports
from participation.services.import_plans import Target
from participation.services.imports import Report

CITY = "worms"
ROWS = 100_000
HEAD = ("Nummer", "Breite", "Länge", "Bemerkung", "Art des Ortes", "Sprache")
MAPPING = dict(zip(HEAD, ("id", "lat", "lon", "text", "place_type", "text_lang"), strict=True))
KIND = "heat_island"
# Where the points lie, so that all of them are in the city: its middle.
NEAR = 0.005


def main() -> None:
    """Measure as the arguments say and print the figures as the README has them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--only", choices=WANTED, help="one database instead of both")
    parser.add_argument("--one", nargs=2, metavar=("DATABASE", "FILE"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        print(measure(*wanted.one))
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}, {wanted.rows:,} rows")
    print("| database | seconds | of them storing | processor | memory | progress told |")
    print("|---|---|---|---|---|---|")
    for kind in [wanted.only] if wanted.only else WANTED:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="participation-bench-")))
            url, file = made(kind, folder, stack), folder / "table.csv"
            engine = database.connect(url)
            crowds.fill(engine, CITY, 1)
            engine.dispose()
            write(url, file, wanted.rows)
            command = [sys.executable, "-m", "benches.imports", "--one", url, str(file)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds, storing, processor, memory, told = (float(word) for word in done.stdout.split())
            print(
                f"| {kind} | {seconds:.0f} | {storing:.0f} | {processor:.0f} s | {memory:.0f} MB | {told:.0f} times |"
            )


def write(url: str, file: Path, rows: int) -> None:
    """The table, with semicolons and decimal commas as a German office has it."""
    chance = random.Random(5)
    engine = database.connect(url)
    with database.reading(engine) as session, file.open("w", encoding="utf-8-sig", newline="") as opened:
        city = cities.by_slug(session, slug=CITY)
        query = select(Submission.text, Submission.place_type, Submission.text_lang)
        texts = session.execute(query.where(Submission.kind == KIND, Submission.text.is_not(None))).all()
        writer = csv.writer(opened, delimiter=";")
        writer.writerow(HEAD)
        west, south, east, north = city.area.box
        for number in range(rows):
            lat = (south + north) / 2 + chance.uniform(-NEAR, NEAR)
            lon = (west + east) / 2 + chance.uniform(-NEAR, NEAR)
            point = (f"{degrees:.6f}".replace(".", ",") for degrees in (lat, lon))
            writer.writerow([f"B-{number}", *point, *chance.choice(texts)])
    engine.dispose()


def measure(url: str, file: str) -> str:
    """Seconds in all, seconds of storing, seconds of the processor, megabytes of memory, and how often it told."""
    engine, told = database.connect(url), 0

    def progress(_report: Report) -> None:
        nonlocal told
        told += 1

    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    with database.reading(engine) as session:
        city, now = cities.by_slug(session, slug=CITY), datetime.now(UTC)
        rounds = campaigns.of_city(session, city=city)
        target = Target(city, rounds, rounds[0], KIND, "de")
        source = import_files.read(Path(file))
        checked = imports.check(session, target=target, source=source, mapping=MAPPING, now=now, progress=progress)
    if checked.report.refusals:
        sys.exit(f"refused: {checked.report.refusals[0]}")
    storing = time.perf_counter()
    with database.writing(engine) as session:
        imports.store(session, target=target, checked=checked, now=now)
        session.commit()
    ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    engine.dispose()
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{ended - started} {ended - storing} {processor} {(after.ru_maxrss - before.ru_maxrss) / 1024} {told}"


if __name__ == "__main__":
    main()
