"""The product with its demo for measurements: a folder and a port of its own, as many pins as a bench wants."""

import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sqlalchemy import insert, select

from participation import cells, database
from participation.geo import METRES_PER_DEGREE, Point
from participation.models import all_tables  # noqa: F401  # relationships name each other
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import campaigns, cities, submissions, tiles
from participation.services.locations import Where
from participation.services.submissions import Draft

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CITY = "worms"
# Marktplatz; the crowd stands around it, within what a phone shows at zoom 17.
MIDDLE = Point(49.6316, 8.3625)
CROWD_METRES = (250, 380)
KINDS = ("heat_island",) * 10 + ("climate_oasis",) * 7 + ("idea",) * 2 + ("feedback",)
START_SECONDS = 90


@dataclass(frozen=True)
class Product:
    """Where it answers, the process that does, and what its pages need in their addresses."""

    base: str
    process: int
    folder: Path
    place: uuid.UUID
    receipt: str


def chromium() -> str:
    """The path of Chromium, which everything here measures with."""
    path = next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *CHROMIUM))), None)
    return path or sys.exit("needs Chromium (Debian's package: chromium)")


@contextmanager
def running() -> Iterator[Product]:
    """The product, from an empty folder to the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    secret = secrets.token_urlsafe(48)
    with tempfile.TemporaryDirectory(prefix="participation-bench-") as folder:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PARTICIPATION_")}
        environ |= {"PARTICIPATION_DEMO": "1", "PARTICIPATION_INSTANCE": folder, "PARTICIPATION_SECRET_KEY": secret}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
        server = subprocess.Popen(
            command, cwd=ROOT, env=environ | {"PORT": port}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(f"{base}/readyz", server)
            yield Product(base, server.pid, Path(folder), *_something_to_open(Path(folder), secret))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def add_crowd(product: Product, number: int) -> None:
    """Publish so many submissions around the middle of the city, at random but the same each time."""
    rng = random.Random(number)
    with database.writing(database.connect(_database(product.folder))) as session:
        city = cities.by_slug(session, slug=CITY)
        campaign = campaigns.current(session, city=city, now=datetime.now(UTC))
        assert campaign is not None
        rows = [_row(rng, city.id, campaign.id) for _ in range(number)]
        session.execute(insert(Submission), rows)
        tiles.rebuild(session, city=city)
        session.commit()


def _row(rng: random.Random, city_id: int, campaign_id: int) -> dict[str, object]:
    east, north = ((rng.random() - 0.5) * metres for metres in CROWD_METRES)
    point = Point(
        round(MIDDLE.lat + north / METRES_PER_DEGREE, 6), round(MIDDLE.lon + east / METRES_PER_DEGREE / 0.648, 6)
    )
    now = datetime.now(UTC)
    place = {"lat": point.lat, "lon": point.lon, "public_lat": point.lat, "public_lon": point.lon}
    return {
        "id": uuid.UUID(int=rng.getrandbits(128), version=4),
        "city_id": city_id,
        "campaign_id": campaign_id,
        "kind": rng.choice(KINDS),
        "status": "published",
        "source": "demo",
        "questionnaire_version": "heat-1",
        "version": 1,
        "cell": cells.cell(point),
        "created_at": now,
        "published_at": now,
        "text": "So many pins",
        "text_lang": "en",
        **place,
    }


def _something_to_open(folder: Path, secret: str) -> tuple[uuid.UUID, str]:
    """A place with something published, and the receipt of a submission."""
    with database.writing(database.connect(_database(folder))) as session:
        city = cities.by_slug(session, slug=CITY)
        now = datetime.now(UTC)
        campaign = campaigns.current(session, city=city, now=now)
        assert campaign is not None
        shown = select(Submission.place_id).where(Submission.status == "published")
        place = session.scalar(select(Place.id).where(Place.city_id == city.id, Place.id.in_(shown)).order_by(Place.id))
        assert place is not None
        draft = Draft(
            kind="heat_island",
            where=Where(lat=f"{MIDDLE.lat}", lon=f"{MIDDLE.lon}"),
            answers={"place_type": "square", "reasons": ["no_shade"], "text": "Kein Schatten weit und breit."},
            text_lang="de",
            idempotency_key="bench",
        )
        sent = submissions.send(
            session, city=city, campaign=campaign, draft=draft, contributor_key="bench", secret=secret, now=now
        )
        session.commit()
        return place, sent.receipt_token


def _database(folder: Path) -> str:
    return f"sqlite:///{folder / 'participation.db'}"


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit("the product did not start")
        try:
            opener.open(address, timeout=2).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    sys.exit("the product does not answer")
