"""A caching relay: tiles of a provider that allows it, fetched once by this server and kept on its disk."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

from participation.errors import Unavailable
from participation.services.basemap_archives import picture_format
from participation.services.outside import Outside

MAX_AGE = 30 * 24 * 3600.0
FAILURE_SECONDS = 60.0
FETCH_SECONDS = 6.0
WAIT_SECONDS = 8.0
LARGEST_TILE = 1_000_000
FAILURES_KEPT = 10_000
# How full the cache is after tidying, and how much may be written before the next time.
FULL_AFTER_TIDYING = 0.85
SHARE_BETWEEN_TIDYING = 0.05
log = structlog.get_logger()


@dataclass(frozen=True)
class Kept:
    """A tile and whether it is as new as it should be; an old one is shown while the provider is away."""

    data: bytes
    fresh: bool


class Relay:
    """The tiles of all cities' providers below one folder, which never grows far beyond `megabytes`."""

    def __init__(
        self, folder: Path, *, outside: Outside, megabytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._outside = outside
        self._limit = megabytes * 1_000_000
        self._clock = clock
        self._guard = threading.Lock()
        self._running: dict[Path, Future[bytes | None]] = {}
        self._failures: dict[Path, float] = {}
        # The first tile that is stored tidies what earlier processes have left.
        self._unchecked = float(self._limit)

    def tile(self, *, city: str, address: str, z: int, x: int, y: int) -> Kept | None:
        """A tile from the disk or from the provider; None where the provider has none, Unavailable where it is away.

        `address` is the provider's, with {z}, {x} and {y}.
        """
        version = hashlib.sha256(address.encode()).hexdigest()[:12]
        file = self._folder / city / version / str(z) / str(x) / str(y)
        kept = self._read(file)
        if kept and kept.fresh:
            return kept
        try:
            url = address.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
            data = self._once(file, lambda: self._fetch(file, url))
        except Unavailable:
            if kept is None:
                raise
            return kept
        return Kept(data, fresh=True) if data else kept

    def _read(self, file: Path) -> Kept | None:
        try:
            with file.open("rb") as opened:
                data = opened.read()
            age = self._clock() - file.stat().st_mtime
        except OSError:
            return None
        return Kept(data, fresh=age < MAX_AGE) if data else None

    def _once(self, file: Path, fetch: Callable[[], bytes | None]) -> bytes | None:
        """One thread fetches, the others who want the same tile wait for it."""
        with self._guard:
            running = self._running.get(file)
            mine: Future[bytes | None] = running or Future()
            if running is None:
                self._running[file] = mine
        if running is not None:
            with self._outside.room():
                return self._awaited(running)
        try:
            mine.set_result(fetch())
        except BaseException as error:
            mine.set_exception(error)
        finally:
            with self._guard:
                del self._running[file]
        return mine.result()

    @staticmethod
    def _awaited(running: "Future[bytes | None]") -> bytes | None:
        try:
            return running.result(WAIT_SECONDS)
        except TimeoutError as error:
            raise Unavailable("slow") from error

    def _fetch(self, file: Path, url: str) -> bytes | None:
        now = self._clock()
        if self._failures.get(file, 0.0) > now:
            raise Unavailable("failed_lately")
        try:
            answer = self._outside.get(url, takes="image/", largest=LARGEST_TILE, seconds=FETCH_SECONDS)
            if answer.status != 200:
                self._remember_failure(file, now)
                return None
            if picture_format(answer.content) is None:
                raise Unavailable("no_picture")
        except Unavailable as error:
            # Nobody has asked the provider yet where we were too busy ourselves.
            if error.code not in ("busy", "resting"):
                self._remember_failure(file, now)
            raise
        self._store(file, answer.content)
        return answer.content

    def _remember_failure(self, file: Path, now: float) -> None:
        with self._guard:
            if len(self._failures) >= FAILURES_KEPT:
                self._failures = {one: until for one, until in self._failures.items() if until > now}
            if len(self._failures) < FAILURES_KEPT:
                self._failures[file] = now + FAILURE_SECONDS

    def _store(self, file: Path, data: bytes) -> None:
        """Whole or not at all. A full disk only costs the cache, not the answer."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as draft:
                draft.write(data)
            Path(draft.name).replace(file)
        except OSError as error:
            log.warning("relay_not_stored", why=error.strerror)
            return
        with self._guard:
            self._unchecked += len(data)
            due = self._unchecked > self._limit * SHARE_BETWEEN_TIDYING
            if due:
                self._unchecked = 0.0
        if due:
            self.tidy()

    def tidy(self) -> int:
        """Delete the oldest tiles where there are too many; returns how many went."""
        found = sorted(_files(self._folder))
        size, gone = sum(length for _, length, _ in found), 0
        if size <= self._limit * (1 - 2 * SHARE_BETWEEN_TIDYING):
            return 0
        for _, length, file in found:
            if size <= self._limit * FULL_AFTER_TIDYING:
                break
            with suppress(OSError):
                file.unlink()
                gone += 1
            size -= length
        log.info("relay_tidied", tiles=gone)
        return gone


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each file below was written, its size, and where it is."""
    for file in folder.rglob("*"):
        with suppress(OSError):
            known = file.stat()
            if file.is_file():
                yield known.st_mtime, known.st_size, file
