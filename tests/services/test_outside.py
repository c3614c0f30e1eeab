"""The way out: nothing about a visitor, limits on time and size, and no hammering of somebody who is in trouble."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from participation.errors import Unavailable
from participation.services import outside
from participation.services.outside import Answer, Outside
from tests.fixtures.providers import Provider

AGENT = "participation (+https://heat.example.org)"
PICTURE = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def way_out() -> Iterator[Outside]:
    with closing(Outside(agent=AGENT, threads=4)) as made:
        yield made


def get(way_out: Outside, address: str, *, largest: int = 1000, seconds: float = 5.0) -> Answer:
    return way_out.get(address, takes="image/", largest=largest, seconds=seconds)


def why_not(way_out: Outside, address: str, **limits: float) -> str:
    """By what code an address is not available."""
    with pytest.raises(Unavailable) as caught:
        get(way_out, address, **limits)  # type: ignore[arg-type]
    return caught.value.code


def test_who_asks_is_said_and_nothing_else(way_out: Outside, provider: Provider) -> None:
    provider.gives("/tile.png?key=1", PICTURE)
    assert get(way_out, f"{provider.base}/tile.png?key=1") == Answer(200, PICTURE)
    [(_, headers)] = provider.asked
    assert headers.pop("User-Agent") == AGENT
    assert {name.lower() for name in headers} == {"host", "accept", "accept-encoding", "connection"}


def test_a_query_is_added_to_the_one_of_the_address(way_out: Outside, provider: Provider) -> None:
    way_out.get(f"{provider.base}/api?key=1", takes="image/", largest=9, seconds=5, query={"q": "Straße & Weg"})
    assert provider.paths == ["/api?key=1&q=Stra%C3%9Fe+%26+Weg"]


@pytest.mark.parametrize("status", [204, 304, 400, 404, 410])
def test_a_refusal_is_an_answer(status: int, way_out: Outside, provider: Provider) -> None:
    provider.gives("/a", b"", status=status)
    assert get(way_out, f"{provider.base}/a") == Answer(status)
    assert get(way_out, f"{provider.base}/a") == Answer(status)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
def test_whoever_is_in_trouble_is_left_alone_for_a_while(
    status: int, way_out: Outside, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.gives("/a", b"", status=status)
    assert [why_not(way_out, f"{provider.base}/{path}") for path in "aab"] == ["failed", "resting", "resting"]
    assert provider.paths == ["/a"]
    monkeypatch.setattr(outside, "REST_SECONDS", 0.0)
    later = Outside(agent=AGENT, threads=2)
    assert [why_not(later, f"{provider.base}/a") for _ in range(2)] == ["failed", "failed"]
    later.close()


def test_other_contents_and_too_much_of_it_are_not_taken(way_out: Outside, provider: Provider) -> None:
    provider.gives("/page", b"<html>", "text/html")
    provider.gives("/large", PICTURE * 1000)
    assert why_not(way_out, f"{provider.base}/page") == "wrong_type"
    assert why_not(way_out, f"{provider.base}/large", largest=5000) == "too_large"
    provider.gives("/fine", PICTURE)
    assert get(way_out, f"{provider.base}/fine").content == PICTURE


def test_a_packed_answer_counts_by_its_real_size(way_out: Outside, provider: Provider) -> None:
    packed = gzip.compress(b"\0" * 10_000_000)
    assert len(packed) < 100_000
    provider.answers["/bomb"] = (200, {"Content-Type": "image/png", "Content-Encoding": "gzip"}, packed)
    assert why_not(way_out, f"{provider.base}/bomb", largest=100_000) == "too_large"


def test_redirects_stay_on_their_host(way_out: Outside, provider: Provider) -> None:
    provider.gives("/tile", PICTURE)
    provider.answers["/moved"] = (302, {"Location": "/tile"}, b"")
    assert get(way_out, f"{provider.base}/moved") == Answer(200, PICTURE)
    port = provider.base.rpartition(":")[2]
    for target in ("https://elsewhere.example/tile", f"http://localhost:{port}/tile", f"https://127.0.0.1:{port}/tile"):
        other = Outside(agent=AGENT, threads=2)
        provider.answers["/away"] = (302, {"Location": target}, b"")
        assert why_not(other, f"{provider.base}/away") == "failed"
        other.close()
    provider.answers["/round"] = (301, {"Location": "/round"}, b"")
    assert why_not(way_out, f"{provider.base}/round") == "failed"
    assert provider.paths == ["/moved", "/tile", *["/away"] * 3, *["/round"] * 3]


def test_nobody_waits_long(way_out: Outside, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SILENCE_SECONDS", 0.2)
    provider.awake.clear()
    began = time.monotonic()
    assert why_not(way_out, f"{provider.base}/slow") == "failed"
    assert time.monotonic() - began < 2
    assert why_not(way_out, f"{provider.base}/slow") == "resting"


def test_drops_that_never_end_are_cut_off(way_out: Outside) -> None:
    """Somebody who sends a byte now and then is never silent, but has a limit all the same."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_drip, args=[listening], daemon=True)
        thread.start()
        began = time.monotonic()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert why_not(way_out, address, largest=10**9, seconds=0.5) == "failed"
        assert time.monotonic() - began < 3
        thread.join(5)


def _drip(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 99999999\r\n\r\n")
        try:
            for _ in range(100):
                connection.sendall(b"x" * 20_000)
                time.sleep(0.05)
        except OSError:
            return


def test_nobody_there(way_out: Outside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert why_not(way_out, f"http://127.0.0.1:{port}/") == "failed"


@pytest.mark.parametrize("waiting", [False, True])
def test_few_are_waited_for_at_once(
    waiting: bool, way_out: Outside, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four threads two ask; the third waits a little for its turn, the fourth is left for our own pages."""
    monkeypatch.setattr(outside, "QUEUE_SECONDS", 20.0 if waiting else 0.1)
    provider.awake.clear()
    threads = [threading.Thread(target=get, args=[way_out, f"{provider.base}/{n}"]) for n in range(2)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while len(provider.asked) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    third = threading.Thread(target=get, args=[way_out, f"{provider.base}/third"], kwargs={"seconds": 20.0})
    if waiting:
        third.start()
        threads.append(third)
        time.sleep(0.1)
    assert why_not(way_out, f"{provider.base}/3") == "busy"
    assert len(provider.asked) == 2
    if waiting:
        # By now it is clear that answers are slow: nobody else waits at all.
        time.sleep(outside.MOMENT_SECONDS)
        began = time.monotonic()
        assert why_not(way_out, f"{provider.base}/4") == "busy"
        assert time.monotonic() - began < outside.MOMENT_SECONDS / 2
    provider.awake.set()
    for thread in threads:
        thread.join(5)
    assert get(way_out, f"{provider.base}/4") == Answer(404)
