"""`make run` from its last step on, as a person uses it: start, sign in, Ctrl-C, start again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

import pytest
from lxml import html

from participation.settings import ROOT

SIGN_IN = re.compile(r"^  (\S+@\S+) +(\S{12,})  \w", re.MULTILINE)
# Loading the demo takes some seconds. A person is told five for the second start, on a machine that has nothing else
# to do; a busy one takes as much longer as there is more to do than it has processors.
FIRST_SECONDS = 90
AGAIN_SECONDS = 15
STOP_SECONDS = 30
GONE_SECONDS = 5


class Served:
    """A running `flask serve` with its own process group, as a terminal gives it, and what it has said."""

    def __init__(self, instance: Path, port: int) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PARTICIPATION_")}
        environ |= {"PARTICIPATION_DEMO": "1", "PARTICIPATION_INSTANCE": str(instance), "PORT": str(port)}
        # As in a town hall: the way outside leads through a proxy, which knows nothing of this machine.
        environ |= {"http_proxy": "http://127.0.0.1:9", "no_proxy": "", "NO_PROXY": ""}
        self.base = f"http://127.0.0.1:{port}"
        self.said = ""
        self._log: IO[bytes] = (instance.parent / f"{instance.name}-{time.monotonic_ns()}.log").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, words: str, seconds: float) -> None:
        """Wait until it says something."""
        started = time.monotonic()
        while words not in self.listen():
            spent = time.monotonic() - started
            assert self.process.poll() is None, f"it ended: {self.said}"
            assert spent < seconds * busyness(), f"no {words!r} after {spent:.1f} s: {self.said}"
            time.sleep(0.05)

    def listen(self) -> str:
        """All it has said so far."""
        self._log.seek(0)
        self.said = self._log.read().decode()
        return self.said

    def press_ctrl_c(self) -> int:
        """Interrupt it as a terminal does, and wait for its end; its exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        status = self.process.wait(STOP_SECONDS * busyness())
        self.listen()
        return status

    def leaves_nothing(self) -> bool:
        """Whether everything it started ends soon after it."""
        deadline = time.monotonic() + GONE_SECONDS * busyness()
        while alive_in_group(self.process.pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def end(self) -> None:
        """Whatever happened in the test, leave nothing behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()


def busyness() -> float:
    """How much slower everything is than on a machine that has nothing else to do."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def alive_in_group(group: int) -> list[str]:
    """The processes of a group, without those that have ended and that nobody has asked about yet."""
    alive = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = status.read_text().rpartition(")")
            state, _parent, its_group = rest.split()[:3]
            if int(its_group) == group and state not in "ZX":
                alive.append(name)
    return alive


@contextmanager
def served(instance: Path, port: int) -> Iterator[Served]:
    """A start that is ended with the block."""
    started = Served(instance, port)
    try:
        yield started
    finally:
        started.end()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def new_browser() -> OpenerDirector:
    """Something that keeps cookies, and asks no proxy on its way to this machine."""
    return build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))


def first_page_of(base: str, email: str, password: str) -> str:
    """Sign in by the form; the first heading that follows."""
    browser = new_browser()
    with browser.open(f"{base}/en/staff/") as page:
        [form] = [form for form in html.parse(page).getroot().forms if form.get("action") == "/en/staff/sign-in"]
    fields = dict(form.form_values()) | {"email": email, "password": password}
    with browser.open(f"{base}/en/staff/sign-in", urlencode(fields).encode()) as page:
        return html.parse(page).findtext(".//h1") or ""


@pytest.mark.timeout(400)
def test_start_sign_in_stop_and_start_again(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    with served(instance, free_port()) as first:
        first.wait_for("Ready", FIRST_SECONDS)
        first.wait_for("operator@", 5)
        with new_browser().open(f"{first.base}/de/worms/list") as page:
            assert len(html.parse(page).findall(".//article")) > 10
        sign_ins = SIGN_IN.findall(first.listen())
        assert len(sign_ins) == 7
        headings = {email.split("@")[0]: first_page_of(first.base, email, password) for email, password in sign_ins}
        assert headings["worms"] == headings["lead-worms"] == "Queue"
        assert headings["operator"] == headings["worms-metz"] == "Cities"
        assert first.press_ctrl_c() == 0
        assert first.leaves_nothing()
    with served(instance, free_port()) as second:
        second.wait_for("Ready", AGAIN_SECONDS)
        second.wait_for("passwords", 5)
        assert not SIGN_IN.findall(second.said)
        assert first_page_of(second.base, *sign_ins[0]) == "Queue"
        assert second.press_ctrl_c() == 0
        assert second.leaves_nothing()


def test_a_port_that_is_taken_gets_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with served(tmp_path / "instance", port) as refused:
            assert refused.process.wait(AGAIN_SECONDS * busyness()) == 1
            assert refused.listen().splitlines() == [
                f"Error: port {port} cannot be used (Address already in use); choose another: PORT=8001"
            ]
            assert refused.leaves_nothing()
