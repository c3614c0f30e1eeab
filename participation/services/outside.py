"""What this server asks of others: a map provider, an address search. Nothing about a visitor goes along.

Others may be slow or gone: each answer has a time limit and a size limit, few are asked for at once, and one that has
just failed is left alone for a moment, so that our own pages stay quick.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
import structlog

from participation.errors import Unavailable

CONNECT_SECONDS = 2.0
SILENCE_SECONDS = 3.0
QUEUE_SECONDS = 2.0
MOMENT_SECONDS = 0.7
REST_SECONDS = 15.0
REDIRECTS = 3
BUSY_OR_BROKEN = {401, 403, 408, 429}
log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """What somebody answered: a status below 500, and the content of a 200."""

    status: int
    content: bytes = b""


class Outside:
    """The one way out of a process, one of several `processes`.

    `agent` says who asks. Of the `threads` that answer requests half may ask at once, and one is always left for those
    who want nothing from elsewhere.
    """

    def __init__(self, *, agent: str, threads: int, processes: int = 1) -> None:
        self._agent = agent
        self.processes = processes
        self._slots = threading.BoundedSemaphore(max(1, threads // 2))
        self._room = threading.BoundedSemaphore(max(1, threads - 1))
        self._waiting: dict[object, float] = {}
        self._guard = threading.Lock()
        self._clients: dict[bool, httpx.Client] = {}
        self._rests: dict[str, float] = {}

    def get(
        self, address: str, *, takes: str, largest: int, seconds: float, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Fetch an address; `takes` is how the content type must begin, `largest` is in bytes.

        Raises Unavailable where there is no usable answer in time.
        """
        url = httpx.URL(address)
        if query:
            url = url.copy_merge_params(query)
        # Making the first one takes its time, which is not that of who is asked.
        client = self._client(url.host)
        until = time.monotonic() + seconds
        with self.room(), self._trying(url.netloc.decode(), until):
            return self._follow(client, url, takes=takes, largest=largest, until=until)

    def close(self) -> None:
        """Give up all connections."""
        with self._guard:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    @contextmanager
    def room(self) -> Iterator[None]:
        """Held by each thread that waits for an answer, its own or that of another; Unavailable where too many do.

        While answers come quickly it is worth waiting a moment for a place, and while they do not, it is not.
        """
        now = time.monotonic()
        hanging = any(now - began > MOMENT_SECONDS for began in list(self._waiting.values()))
        if not self._room.acquire(timeout=0.0 if hanging else MOMENT_SECONDS):
            raise Unavailable("busy")
        mark = object()
        self._waiting[mark] = time.monotonic()
        try:
            yield
        finally:
            del self._waiting[mark]
            self._room.release()

    @contextmanager
    def _trying(self, host: str, until: float) -> Iterator[None]:
        if self._rests.get(host, 0.0) > time.monotonic():
            raise Unavailable("resting")
        if not self._slots.acquire(timeout=max(0.0, min(QUEUE_SECONDS, until - time.monotonic()))):
            raise Unavailable("busy")
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(host, type(error).__name__) from error
        finally:
            self._slots.release()

    def _failed(self, host: str, why: str) -> Unavailable:
        """Leave the host alone for a moment. The log gets no address: it may hold a key, or what was looked for."""
        self._rests[host] = time.monotonic() + REST_SECONDS
        log.warning("outside_failed", host=host, why=why)
        return Unavailable("failed", why=why)

    def _follow(self, client: httpx.Client, url: httpx.URL, *, takes: str, largest: int, until: float) -> Answer:
        for _ in range(REDIRECTS):
            with client.stream("GET", url) as response:
                if not response.has_redirect_location:
                    return self._read(response, takes=takes, largest=largest, until=until)
                target = url.join(response.headers["Location"])
            if (target.scheme, target.netloc) != (url.scheme, url.netloc):
                raise self._failed(url.netloc.decode(), "redirect to another host")
            url = target
        raise self._failed(url.netloc.decode(), "too many redirects")

    def _read(self, response: httpx.Response, *, takes: str, largest: int, until: float) -> Answer:
        status, host = response.status_code, response.url.netloc.decode()
        if status >= 500 or status in BUSY_OR_BROKEN:
            raise self._failed(host, f"status {status}")
        if status != 200:
            return Answer(status)
        if not response.headers.get("Content-Type", "").lower().startswith(takes):
            raise Unavailable("wrong_type")
        content = bytearray()
        for part in response.iter_bytes(16_384):
            content += part
            if len(content) > largest:
                raise Unavailable("too_large")
            if time.monotonic() > until:
                raise self._failed(host, "too slow")
        return Answer(200, bytes(content))

    def _client(self, host: str) -> httpx.Client:
        """Made at its first use: processes share no connection. This machine is reached without a proxy."""
        own = is_loopback(host)
        with self._guard:
            if own not in self._clients:
                self._clients[own] = httpx.Client(
                    headers={"User-Agent": self._agent},
                    timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
                    follow_redirects=False,
                    trust_env=not own,
                )
            return self._clients[own]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def why_not_ask(address: str) -> str | None:
    """Why an address may not be asked: a sentence without its subject; None where it may."""
    try:
        parts = urlsplit(address)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "is not an address"
    if not host or any(sign in parts.netloc for sign in "{}@") or parts.fragment:
        return "must be like https://host/path, without a user, a part after # or a placeholder in the host"
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        return "must begin with https:// (http:// is for this machine only)"
    return None
