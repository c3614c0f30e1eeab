"""The relay asks a provider once for each tile, keeps what it gets, and shows it while the provider is away."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from participation.errors import Unavailable
from participation.services import outside
from participation.services.basemap_relay import FAILURE_SECONDS, MAX_AGE, Kept, Relay
from participation.services.outside import Outside
from tests.factories.basemaps import picture
from tests.fixtures.providers import Provider

TILE = picture(size=16)
NEWER = picture(colour="navy", size=16)
PATH = "/14/8572/5594.png"


class Clock:
    """Our own time."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def way_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """One that does not rest, so that only the relay's own memory of failures counts."""
    monkeypatch.setattr(outside, "REST_SECONDS", 0.0)
    with closing(Outside(agent="tests", threads=20)) as made:
        yield made


@pytest.fixture
def relay(tmp_path: Path, way_out: Outside, clock: Clock) -> Relay:
    return Relay(tmp_path / "relay", outside=way_out, megabytes=1, clock=clock)


def tile(relay: Relay, provider: Provider, *, y: int = 5594, address: str = "/{z}/{x}/{y}.png") -> Kept | None:
    return relay.tile(city="worms", address=provider.base + address, z=14, x=8572, y=y)


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_a_tile_is_fetched_once(relay: Relay, provider: Provider, tmp_path: Path) -> None:
    provider.gives(PATH, TILE)
    assert [tile(relay, provider) for _ in range(3)] == [Kept(TILE, fresh=True)] * 3
    assert provider.paths == [PATH]
    [file] = files(tmp_path / "relay")
    assert file.parts[-3:] == ("14", "8572", "5594")
    assert file.is_relative_to(tmp_path / "relay" / "worms")


def test_another_process_finds_it_on_the_disk(
    relay: Relay, provider: Provider, tmp_path: Path, way_out: Outside
) -> None:
    provider.gives(PATH, TILE)
    tile(relay, provider)
    assert tile(Relay(tmp_path / "relay", outside=way_out, megabytes=1), provider) == Kept(TILE, fresh=True)
    assert provider.paths == [PATH]


def test_another_address_has_tiles_of_its_own(relay: Relay, provider: Provider) -> None:
    provider.gives(PATH, TILE)
    provider.gives("/grey?z=14&y=5594&x=8572", NEWER)
    assert tile(relay, provider) == Kept(TILE, fresh=True)
    assert tile(relay, provider, address="/grey?z={z}&y={y}&x={x}") == Kept(NEWER, fresh=True)


def test_a_tile_is_asked_for_again_when_it_is_old(relay: Relay, provider: Provider, clock: Clock) -> None:
    provider.gives(PATH, TILE)
    tile(relay, provider)
    provider.gives(PATH, NEWER)
    clock.now += MAX_AGE - 60
    assert tile(relay, provider) == Kept(TILE, fresh=True)
    clock.now += 120
    assert tile(relay, provider) == Kept(NEWER, fresh=True)
    assert len(provider.asked) == 2


@pytest.mark.parametrize("status", [500, 404, 429])
def test_an_old_tile_is_better_than_none(status: int, relay: Relay, provider: Provider, clock: Clock) -> None:
    provider.gives(PATH, TILE)
    tile(relay, provider)
    clock.now += MAX_AGE + 60
    provider.gives(PATH, b"", status=status)
    assert [tile(relay, provider) for _ in range(3)] == [Kept(TILE, fresh=False)] * 3
    assert len(provider.asked) == 2
    provider.gives(PATH, NEWER)
    clock.now += FAILURE_SECONDS + 1
    assert tile(relay, provider) == Kept(NEWER, fresh=True)


def test_a_failure_is_remembered_for_a_minute(relay: Relay, provider: Provider, clock: Clock, tmp_path: Path) -> None:
    provider.gives(PATH, b"", status=503)
    for _ in range(3):
        with pytest.raises(Unavailable):
            tile(relay, provider)
    assert provider.paths == [PATH]
    clock.now += FAILURE_SECONDS + 1
    provider.gives(PATH, TILE)
    assert tile(relay, provider) == Kept(TILE, fresh=True)


def test_a_provider_may_have_no_such_tile(relay: Relay, provider: Provider, tmp_path: Path) -> None:
    assert tile(relay, provider) is None
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"<html>", "text/html"), (b"<svg onload='x'/>", "image/svg+xml"), (b"<html>", "image/png"), (b"", "image/png")],
)
def test_what_is_no_picture_is_neither_kept_nor_shown(
    content: bytes, content_type: str, relay: Relay, provider: Provider, tmp_path: Path
) -> None:
    provider.gives(PATH, content, content_type)
    with pytest.raises(Unavailable):
        tile(relay, provider)
    assert files(tmp_path) == []


def test_being_busy_is_no_failure(provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "REST_SECONDS", 0.0)
    provider.gives(PATH, TILE)
    with closing(Outside(agent="tests", threads=2)) as narrow:
        relay = Relay(tmp_path / "relay", outside=narrow, megabytes=1)
        with narrow.room(), pytest.raises(Unavailable, match="busy"):
            tile(relay, provider)
        assert provider.asked == []
        assert tile(relay, provider) == Kept(TILE, fresh=True)


def test_one_thread_fetches_and_the_others_wait(relay: Relay, provider: Provider) -> None:
    provider.gives(PATH, TILE)
    provider.awake.clear()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(tile, relay, provider) for _ in range(8)]
        until = time.monotonic() + 5
        while not provider.asked and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.1)
        assert not any(one.done() for one in waiting)
        provider.awake.set()
        assert [one.result() for one in waiting] == [Kept(TILE, fresh=True)] * 8
    assert provider.paths == [PATH]


def test_a_failure_reaches_everybody_who_waits(relay: Relay, provider: Provider) -> None:
    provider.gives(PATH, b"", status=500)
    provider.awake.clear()
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            tile(relay, provider)
        except Unavailable as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    provider.awake.set()
    for thread in threads:
        thread.join(5)
    assert len(errors) == 4
    assert provider.paths == [PATH]


def test_the_oldest_tiles_go_when_the_disk_has_enough(
    relay: Relay, provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    large = TILE + os.urandom(40_000)
    provider.otherwise = lambda _path: (200, {"Content-Type": "image/png"}, large)
    for y in range(60):
        tile(relay, provider, y=y)
        for file in files(tmp_path):
            if file.name == str(y):
                # Files of the same instant have no order.
                os.utime(file, (clock.now - 1000 + y, clock.now - 1000 + y))
    kept = sorted(int(file.name) for file in files(tmp_path))
    assert sum(file.stat().st_size for file in files(tmp_path)) <= 1_000_000
    assert len(kept) >= 17
    assert kept == list(range(60 - len(kept), 60))


def test_a_disk_that_takes_nothing_costs_only_the_cache(provider: Provider, tmp_path: Path, way_out: Outside) -> None:
    (tmp_path / "relay").write_text("a file where the folder should be")
    relay = Relay(tmp_path / "relay", outside=way_out, megabytes=1)
    provider.gives(PATH, TILE)
    assert [tile(relay, provider) for _ in range(2)] == [Kept(TILE, fresh=True)] * 2


def test_half_a_file_is_no_tile(relay: Relay, provider: Provider, tmp_path: Path) -> None:
    """As a crash of the machine may leave one."""
    provider.gives(PATH, TILE)
    tile(relay, provider)
    [file] = files(tmp_path / "relay")
    file.write_bytes(b"")
    assert tile(relay, provider) == Kept(TILE, fresh=True)
    assert file.read_bytes() == TILE
