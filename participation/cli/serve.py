"""`flask serve`: everything one machine needs to run the product, in one process tree that stops as one."""

import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import click
from flask import current_app
from flask.cli import with_appcontext

from participation.cli import demo
from participation.cli.database import upgrade
from participation.cli.plumbing import engine
from participation.settings import ROOT, Settings

READY_SECONDS = 60
STOP_SECONDS = 15


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@with_appcontext
def serve(host: str) -> None:
    """Migrate the database, load the demo where it is wanted, then run gunicorn and the worker until Ctrl-C."""
    settings: Settings = current_app.extensions["participation_settings"]
    _check_port(host, settings.port)
    upgrade(engine())
    sign_ins = demo.load_once() if settings.demo else []
    engine().dispose()
    signal.signal(signal.SIGTERM, _interrupt)
    children = [subprocess.Popen(_gunicorn(host, settings), cwd=ROOT), subprocess.Popen(_worker(), cwd=ROOT)]
    try:
        _wait_until_ready(host, settings.port, children)
        click.echo(f"\nReady: {settings.base_url}/   (stop with Ctrl-C)")
        if settings.demo:
            demo.show(sign_ins, settings.base_url)
        _wait_for_the_first_end(children)
    except KeyboardInterrupt:
        click.echo("\nStopping.")
    finally:
        failed = any(child.poll() not in (None, 0) for child in children)
        _stop(children)
    sys.exit(1 if failed else 0)


def _gunicorn(host: str, settings: Settings) -> list[str]:
    shape = ["--workers", str(settings.workers), "--threads", str(settings.threads), "--worker-class", "gthread"]
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{host}:{settings.port}", *shape),
        *("--preload", "--graceful-timeout", "10", "--log-level", "warning", "--name", "participation"),
    ]


def _worker() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "run"]


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} cannot be used ({error.strerror}); choose another: PORT=8001"
            ) from error


def _wait_until_ready(host: str, port: int, children: list[subprocess.Popen[bytes]]) -> None:
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/readyz"
    # Without the proxy that the machine may need for the way outside: it does not know this one.
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            raise click.ClickException("a process ended at its start; its last lines are above")
        try:
            opener.open(address, timeout=2).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"not ready after {READY_SECONDS} s")


def _wait_for_the_first_end(children: list[subprocess.Popen[bytes]]) -> None:
    while all(child.poll() is None for child in children):
        time.sleep(0.5)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
