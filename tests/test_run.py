"""`make run` from its last step on, as a person uses it: start, sign in, Ctrl-C, start again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from lxml import html

from participation.settings import ROOT

SIGN_IN = re.compile(r"^  (\S+@\S+) +(\S{12,})  \w", re.MULTILINE)
# Loading the demo takes some seconds; a busy machine is slower. A person is told five for the second start.
FIRST_SECONDS = 90
AGAIN_SECONDS = 15
STOP_SECONDS = 30


class Served:
    """A running `flask serve` with its own process group, as a terminal gives it, and what it has said."""

    def __init__(self, instance: Path, port: int) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PARTICIPATION_")}
        environ |= {"PARTICIPATION_DEMO": "1", "PARTICIPATION_INSTANCE": str(instance), "PORT": str(port)}
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

    def wait_for(self, words: str, seconds: float) -> float:
        """Wait until it says something; how long that took."""
        started = time.monotonic()
        while words not in self.listen():
            assert self.process.poll() is None, f"it ended: {self.said}"
            assert time.monotonic() - started < seconds, f"no {words!r} within {seconds} s: {self.said}"
            time.sleep(0.05)
        return time.monotonic() - started

    def listen(self) -> str:
        """All it has said so far."""
        self._log.seek(0)
        self.said = self._log.read().decode()
        return self.said

    def press_ctrl_c(self) -> int:
        """Interrupt it as a terminal does, and wait for its end; its exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        status = self.process.wait(STOP_SECONDS)
        self.listen()
        return status

    def has_processes(self) -> bool:
        """Whether anything it started is still there."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def end(self) -> None:
        """Whatever happened in the test, leave nothing behind."""
        if self.has_processes():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()


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
        assert not first.has_processes()
    with served(instance, free_port()) as second:
        second.wait_for("Ready", AGAIN_SECONDS)
        second.wait_for("passwords", 5)
        assert not SIGN_IN.findall(second.said)
        assert first_page_of(second.base, *sign_ins[0]) == "Queue"
        assert second.press_ctrl_c() == 0
        assert not second.has_processes()


def test_a_port_that_is_taken_gets_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with served(tmp_path / "instance", port) as refused:
            assert refused.process.wait(AGAIN_SECONDS) == 1
            assert refused.listen().splitlines() == [
                f"Error: port {port} cannot be used (Address already in use); choose another: PORT=8001"
            ]
            assert not refused.has_processes()
