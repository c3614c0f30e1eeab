"""What the app asks of other servers, and the relay of map tiles: one of each for all requests of a process."""

from flask import Flask, current_app

from participation.services.basemap_relay import Relay
from participation.services.outside import Outside
from participation.settings import Settings


def init(app: Flask, settings: Settings) -> None:
    """Make both; neither connects to anything before it is needed."""
    agent = f"participation (+{settings.base_url})"
    way_out = Outside(agent=agent, threads=settings.threads, processes=settings.workers)
    app.extensions["participation_outside"] = way_out
    app.extensions["participation_relay"] = Relay(settings.relayed, outside=way_out, megabytes=settings.relay_mb)


def outside() -> Outside:
    """The way out of this app."""
    found: Outside = current_app.extensions["participation_outside"]
    return found


def relay() -> Relay:
    """The relay of this app."""
    found: Relay = current_app.extensions["participation_relay"]
    return found
