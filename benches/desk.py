"""Measure the moderators' queue and print the figures: `make bench-desk`.

The server's own time for a page of the desk, without a network: the queue as it opens, the next entry as the script of
the page asks for it, and a decision. On both databases, with a hundred entries that wait and with ten thousand.
"""

import argparse
import random
import re
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert, select
from uuid_utils.compat import uuid7

from benches.crowds import housekeeping
from benches.product import CITY, KINDS, MIDDLE, ROOT
from participation import cells, database
from participation.app import create_app
from participation.geo import METRES_PER_DEGREE, Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.services import tiles
from participation.settings import Settings
from tests.postgres import PostgresCluster, PostgresUnavailable

FEW, MANY = 100, 10_000
STATEMENTS, P95_MS, GROWTH = 12, 80.0, 1.5
PASSWORD = "only-for-the-bench-7391"
START, SCRIPT = f"/en/staff/queue/{CITY}", {"HX-Request": "true"}
PAGES = ("opening the queue", "the next entry", "rejecting, and the next entry")
# Across the city, as people send; one in four stands at a spot where others stand.
CITY_METRES, SPOTS = 6000, 60
TEXTS = {
    "de": "Mittags ist der Platz so heiß, dass sich niemand mehr auf die Bänke setzt. Ein paar Bäume würden helfen.",
    "fr": "À midi, la place est un four : pas un arbre, que du béton, et les bancs sont brûlants jusqu’au soir.",
    "es": "Aquí no hay sombra y el asfalto quema; los niños ya no juegan en la plaza hasta la noche.",
    "en": "There is no shade here at noon, and the bus stop has no roof either. Please plant something.",
}


@dataclass(frozen=True)
class Figures:
    """How long something took each time in milliseconds, and the most statements it needed."""

    times: list[float]
    statements: int

    @property
    def p95(self) -> float:
        """What nineteen of twenty stay below."""
        return sorted(self.times)[max(0, round(len(self.times) * 0.95) - 1)]

    @property
    def middle(self) -> float:
        """What half of them stay below."""
        return median(self.times)


class Desk:
    """A moderator's browser, in the same process as the product."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self._sent = 0
        event.listen(app.extensions["participation_engine"], "before_cursor_execute", self._count)

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._sent += not statement.startswith("BEGIN")

    def sign_in(self, email: str) -> None:
        """As people do, by the form."""
        page = self.client.get("/en/staff/sign-in").text
        data = {"csrf_token": _field(page, "csrf_token"), "email": email, "password": PASSWORD}
        answer = self.client.post("/en/staff/sign-in", data=data)
        assert answer.status_code == 302, answer.status

    def timed(self, address: str, **options: Any) -> tuple[float, int, str]:
        """Milliseconds, statements and the page."""
        before, began = self._sent, time.perf_counter()
        answer = self.client.open(address, **options)
        spent = (time.perf_counter() - began) * 1000
        assert answer.status_code in (200, 303), answer.status
        return spent, self._sent - before, answer.location if answer.status_code == 303 else answer.text


class Run:
    """One moderator at work: opens the queue, goes from entry to entry, and decides."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._page = self._desk.timed(START, headers=SCRIPT)[2]
        self.found: dict[str, list[tuple[float, int]]] = {name: [] for name in PAGES}

    def once(self) -> None:
        """Each of PAGES one time."""
        opened = self._desk.timed(START)
        step = self._desk.timed(_next(self._page), headers=SCRIPT)
        form = _between(step[2], '<div class="queue-decide">', "</form>")
        data = {name: _field(form, name) for name in ("csrf_token", "version", "idempotency_key")}
        data |= {"reason_code": "unclear"}
        spent, statements, address = self._desk.timed(_address(form, "action"), method="POST", data=data)
        after, more, self._page = self._desk.timed(address, headers=SCRIPT)
        for name, figures in zip(PAGES, (opened[:2], step[:2], (spent + after, statements + more)), strict=True):
            self.found[name].append(figures)

    def figures(self) -> dict[str, Figures]:
        """What was measured, without the first time, which compiles the templates."""
        return {
            name: Figures([spent for spent, _ in runs[1:]], max(number for _, number in runs))
            for name, runs in self.found.items()
        }


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return found[1]


def _address(part: str, attribute: str) -> str:
    found = re.search(rf'{attribute}="([^"]*)"', part)
    assert found, attribute
    return found[1].replace("&amp;", "&")


def _next(page: str) -> str:
    found = re.search(r'data-key="j" href="([^"]*)"', page)
    # At the end of the queue it begins anew.
    return found[1].replace("&amp;", "&") if found else f"/en/staff/queue/{CITY}"


def _between(page: str, begin: str, end: str) -> str:
    return page[page.index(begin) : page.index(end, page.index(begin))]


def fill(engine: Engine, number: int) -> None:
    """So many entries that wait and half as many that are published, at random but the same each time."""
    rng = random.Random(number)
    with database.writing(engine) as session:
        city = session.scalars(select(City).where(City.slug == CITY)).one()
        campaign = session.scalars(select(Campaign)).first()
        assert campaign is not None
        people = [Contributor(campaign_id=campaign.id, key_hash=f"{n:064x}") for n in range(number // 4)]
        session.add_all(people)
        session.flush()
        spots = [_anywhere(rng) for _ in range(SPOTS)]
        districts = [district.id for district in city.districts]
        rows = [
            _row(rng, rng.choice(spots) if rng.random() < 0.25 else _anywhere(rng))
            | {
                "city_id": city.id,
                "campaign_id": campaign.id,
                "district_id": rng.choice(districts),
                "contributor_id": rng.choice(people).id,
                "status": "pending" if n < number else "published",
            }
            for n in range(number + number // 2)
        ]
        rng.shuffle(rows)
        began = datetime.now(UTC) - timedelta(days=5)
        for n, row in enumerate(rows):
            row |= {"id": uuid7(), "created_at": began + timedelta(seconds=30 * n)}
        session.execute(insert(Submission), rows)
        pictured = [row["id"] for row in rows if rng.random() < 0.2]
        photo = {"width": 1600, "height": 1200, "created_at": began}
        session.execute(insert(Photo), [{"id": uuid7(), "submission_id": one, **photo} for one in pictured])
        tiles.rebuild(session, city=city)
        session.commit()
    housekeeping(engine)


def _anywhere(rng: random.Random) -> Point:
    north, east = ((rng.random() - 0.5) * CITY_METRES for _ in range(2))
    return Point(
        round(MIDDLE.lat + north / METRES_PER_DEGREE, 6), round(MIDDLE.lon + east / METRES_PER_DEGREE / 0.648, 6)
    )


def _row(rng: random.Random, point: Point) -> dict[str, Any]:
    kind, lang = rng.choice(KINDS), rng.choice(list(TEXTS))
    known = kind not in ("heat_island", "climate_oasis") or rng.random() > 0.03
    lat, lon = (point.lat, point.lon) if known else (None, None)
    return {
        "kind": kind,
        "source": "import" if rng.random() < 0.1 else "web",
        "questionnaire_version": "heat-1",
        "version": 1,
        "needs_second_look": rng.random() < 0.02,
        "lat": lat,
        "lon": lon,
        "public_lat": lat,
        "public_lon": lon,
        "cell": cells.cell(point) if known else None,
        "place_words": None if known else "hinter dem Bahnhof",
        "text": TEXTS[lang],
        "text_lang": lang,
        "place_type": "square",
        "reasons": ("no_shade", "sealed_ground") if kind == "heat_island" else None,
    }


@contextmanager
def product(url: str, folder: Path) -> Iterator[Flask]:
    """The product on an empty database, with the demonstration's Worms and a moderator."""
    settings = Settings(
        secret_key=str(uuid.uuid4()) * 2,
        instance=folder,
        database_url=url,
        base_url="http://127.0.0.1:8000",
        second_factor="optional",
        log_level="ERROR",
    )
    app = create_app(settings)
    runner = app.test_cli_runner()

    def run(*command: str, typed: str = "") -> None:
        done = runner.invoke(args=command, input=typed)
        assert done.exit_code == 0, f"{command}: {done.output} {done.exception!r}"

    demo = ROOT / "participation" / "demo"
    run("database", "migrate")
    for slug in (CITY, "metz"):
        run("cities", "load", str(demo / f"{slug}.toml"))
    today = datetime.now(UTC).date()
    campaign = f"""
[[campaigns]]
code = "now"
name = {{ de = "Sommer", fr = "Été", es = "Verano", en = "Summer" }}
starts = {today - timedelta(days=30)}
ends = {today + timedelta(days=30)}
kinds = ["heat_island", "climate_oasis", "idea", "feedback"]
questionnaire = "heat-1"
"""
    pair = folder / "pair.toml"
    pair.write_text((demo / "worms-metz.toml").read_text(encoding="utf-8") + campaign, encoding="utf-8")
    run("partnerships", "load", str(pair))
    account = ("accounts", "create", "moderator@city.example", "--role", "moderator", "--city", CITY)
    run(*account, "--password-stdin", typed=f"{PASSWORD}\n")
    yield app
    app.extensions["participation_engine"].dispose()


@contextmanager
def databases() -> Iterator[dict[str, Callable[[int], str]]]:
    """Makes an address of an empty database for a number of entries, by the name of the database."""
    with tempfile.TemporaryDirectory(prefix="participation-bench-") as folder:
        made: dict[str, Callable[[int], str]] = {"SQLite": lambda number: f"sqlite:///{folder}/{number}.db"}
        try:
            with PostgresCluster.start() as cluster:
                made["PostgreSQL"] = lambda number: cluster.create_database(f"bench_{number}")
                yield made
        except PostgresUnavailable as missing:
            sys.exit(str(missing))


def main() -> None:
    """Print a table; ends with status 1 where a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=80, help="how often each page is opened, at most 90")
    rounds = min(parser.parse_args().rounds, FEW - 10)
    missed: list[str] = []
    print(f"Measured on {datetime.now(UTC):%Y-%m-%d}.\n")
    print("| database | entries that wait | page | statements | median, ms | p95, ms |\n|---|---|---|---|---|---|")
    with databases() as made:
        for name, address in made.items():
            found = _on(address, rounds)
            for number, pages in found.items():
                for page, figures in pages.items():
                    row = name, f"{number:,}", page, figures.statements, f"{figures.middle:.1f}", f"{figures.p95:.1f}"
                    print(f"| {' | '.join(map(str, row))} |", flush=True)
            missed += _missed(name, found)
    print(*missed, sep="\n", file=sys.stderr)
    sys.exit(1 if missed else 0)


def _on(address: Callable[[int], str], rounds: int) -> dict[int, dict[str, Figures]]:
    """Few and many entries by turns, so that whatever else the machine does is shared by both."""
    with ExitStack() as opened:
        runs = {}
        for number in (FEW, MANY):
            folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="participation-bench-"))
            app = opened.enter_context(product(address(number), Path(folder)))
            fill(app.extensions["participation_engine"], number)
            desk = Desk(app)
            desk.sign_in("moderator@city.example")
            runs[number] = Run(desk)
        for _ in range(rounds):
            for run in runs.values():
                run.once()
        return {number: run.figures() for number, run in runs.items()}


def _missed(name: str, found: dict[int, dict[str, Figures]]) -> Iterator[str]:
    for page in PAGES[:2]:
        few, many = found[FEW][page], found[MANY][page]
        if many.statements > STATEMENTS:
            yield f"{name}, {page}: {many.statements} statements, wanted {STATEMENTS}"
        if many.p95 > P95_MS:
            yield f"{name}, {page}: p95 {many.p95:.0f} ms, wanted {P95_MS:.0f}"
        growth = many.middle / few.middle
        print(f"\n{name}, {page}: {growth:.2f} times as long with {MANY:,} as with {FEW}.")
        if growth >= GROWTH:
            yield f"{name}, {page}: grows {growth:.2f} times, wanted less than {GROWTH}"


if __name__ == "__main__":
    main()
