"""Take pictures of the main pages of the demo: `python tools/screens.py docs/screens`.

Starts the product with a demo of its own in a temporary folder, on a free port of this machine, and opens each page in
Chromium at phone, tablet and desktop size, light and dark.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"phone": (390, 844), "small": (360, 740), "tablet": (820, 1180), "desktop": (1440, 900)}
PAGES = {
    "start": "/",
    "map": "/worms/",
    "list": "/worms/list",
    "add-kind": "/worms/add",
    "add": "/worms/add?kind=heat_island",
    "idea": "/worms/add?kind=idea",
    "privacy": "/worms/privacy",
    "sign-in": "/staff/sign-in",
    "missing": "/nowhere/",
}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that lives as long as the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as instance:
        environ = {**os.environ, "PARTICIPATION_DEMO": "1", "PARTICIPATION_INSTANCE": instance, "PORT": port}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
        try:
            wait(f"http://127.0.0.1:{port}/readyz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def wait(address: str, server: subprocess.Popen[bytes]) -> None:
    """Until the product answers, for at most a minute."""
    for _ in range(600):
        if server.poll() is not None:
            sys.exit("the demo did not start")
        try:
            with urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("the demo does not answer")


def shoot(browser: Browser, base: str, folder: Path, choice: argparse.Namespace) -> None:
    """One picture per page, size, scheme and language."""
    for language in choice.langs.split(","):
        for scheme in choice.schemes.split(","):
            for size in choice.sizes.split(","):
                width, height = SIZES[size]
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, locale=language
                )
                page = context.new_page()
                for name in choice.pages.split(","):
                    page.goto(f"{base}/{language}{PAGES[name]}", wait_until="networkidle")
                    page.wait_for_timeout(400)
                    page.screenshot(path=folder / f"{name}-{size}-{language}{'-dark' if scheme == 'dark' else ''}.png")
                context.close()


def main() -> None:
    """Read the choice, then shoot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--langs", default="de")
    parser.add_argument("--schemes", default="light,dark")
    parser.add_argument("--sizes", default="phone,desktop")
    parser.add_argument("--pages", default=",".join(PAGES))
    parser.add_argument("--base", help="a running product instead of a demo of its own")
    choice = parser.parse_args()
    choice.folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        if choice.base:
            shoot(browser, choice.base, choice.folder, choice)
        else:
            with demo() as base:
                shoot(browser, base, choice.folder, choice)
        browser.close()


if __name__ == "__main__":
    main()
