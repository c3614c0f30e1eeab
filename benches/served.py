"""One download from the product as it runs: how fast, how soon it begins, how much memory, and who had to wait."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS, PIECE = 60, 1 << 16


@dataclass(frozen=True)
class Served:
    """Seconds in all and to the first byte, the growth of the largest process in MB, and the other requests."""

    seconds: float
    first_byte: float
    memory_mb: float
    slowest: float
    answered: int


def served(url: str, folder: Path, path: str, rows: int) -> Served:
    """Download once, from a product that has just started; its last cell has to say that nothing is missing."""
    with _product(url, folder) as (port, process):
        _get(port, f"{path}?from=2001-01-01&to=2001-01-01")
        before = _memory(process.pid)
        stop, most, waits = threading.Event(), [before], [0.0]
        watchers = [
            threading.Thread(target=_watch, args=(stop, process.pid, most)),
            threading.Thread(target=_ask, args=(stop, port, waits)),
        ]
        for watcher in watchers:
            watcher.start()
        seconds, first, end = _download(port, path, folder / "ours.csv")
        stop.set()
        for watcher in watchers:
            watcher.join()
    if not end.endswith(f",{rows}\r\n".encode()):
        sys.exit(f"the file is not whole: it ends in {end!r}")
    return Served(seconds, first, (max(most) - before) / 1024, max(waits), len(waits) - 1)


@contextmanager
def _product(url: str, folder: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PARTICIPATION_")}
    environ |= {"PARTICIPATION_DATABASE_URL": url.replace("+psycopg", ""), "PARTICIPATION_INSTANCE": str(folder)}
    environ |= {"PARTICIPATION_SECRET_KEY": secrets.token_urlsafe(48), "PARTICIPATION_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--preload"]
    command += ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait(port)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            _get(port, "/readyz")
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("the product does not answer")


def _get(port: int, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status}")


def _download(port: int, path: str, file: Path) -> tuple[float, float, bytes]:
    started = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path)
    answer = connection.getresponse()
    piece = answer.read(1)
    first = time.perf_counter() - started
    end = b""
    with file.open("wb") as opened:
        while piece:
            opened.write(piece)
            end = (end + piece)[-40:]
            piece = answer.read(PIECE)
    seconds = time.perf_counter() - started
    connection.close()
    return seconds, first, end


def _memory(pid: int) -> int:
    """The resident kilobytes of the largest of the worker processes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return max(_resident(child) for child in children)


def _resident(pid: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _watch(stop: threading.Event, pid: int, most: list[int]) -> None:
    while not stop.wait(0.05):
        most.append(_memory(pid))


def _ask(stop: threading.Event, port: int, waits: list[float]) -> None:
    """Somebody else looks at the list meanwhile, five times a second."""
    while not stop.wait(0.2):
        started = time.perf_counter()
        _get(port, "/de/")
        waits.append(time.perf_counter() - started)
