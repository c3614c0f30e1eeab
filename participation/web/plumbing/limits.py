"""How often something may be done from one connection, by names that views use: `@limited("notices")`.

The counts lie in the database, because several processes answer; no address does, only a hash whose key lives one day.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, ParamSpec, TypeVar

import structlog
from babel.dates import format_timedelta
from flask import Flask, current_app, g, jsonify, render_template, request
from flask import session as cookie
from flask_babel import gettext
from flask_limiter import Limiter, RateLimitExceeded
from limits.storage import Storage
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from participation import database
from participation.errors import NotFound
from participation.models.cities import City
from participation.services import cities, limits
from participation.settings import Settings
from participation.web.plumbing import problems, sessions
from participation.web.plumbing.locale import locale
from participation.web.plumbing.sessions import db

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()


@dataclass(frozen=True)
class Limit:
    """How often, by the settings; which answers count, where not every request does; and whether each account that
    somebody tries from one connection has a count of its own. None has one for itself alone: whoever knew an address
    could lock its owner out.
    """

    amounts: Callable[[Settings], str]
    counts: Callable[[Response], bool] | None = None
    methods: tuple[str, ...] = ("POST",)
    of_one: bool = False


def _done(response: Response) -> bool:
    """Whether something was done, not only tried."""
    return response.status_code < 400


def _failed(response: Response) -> bool:
    """Whether a form for signing in came back: who is let in is sent on."""
    return response.status_code != 302


LIMITS = {
    # A school class behind one address can take part; so can a second one in the next hour.
    "sends": Limit(lambda s: f"{s.sends_per_hour} per hour; {s.sends_per_day} per day", lambda r: r.status_code == 303),
    "unproven_sends": Limit(lambda s: f"{s.unproven_sends_per_hour} per hour", lambda r: r.status_code == 303),
    # Drawing a photo costs much more than refusing a form, so every try counts.
    "photos": Limit(lambda s: f"{4 * s.sends_per_hour} per hour"),
    "notices": Limit(lambda _: "20 per hour; 60 per day", _done),
    "appeals": Limit(lambda _: "10 per hour; 30 per day", _done),
    "mails": Limit(lambda _: "20 per hour; 60 per day", _done),
    "supports": Limit(lambda _: "200 per hour", _done),
    "searches": Limit(lambda _: "60 per minute; 1000 per hour", methods=("GET",)),
    # Programs that page through everything, and a whole office of them behind one address.
    "readings": Limit(lambda _: "600 per minute", methods=("GET",)),
    # All files of several cities, one after the other, by hand or by a script at night.
    "downloads": Limit(lambda _: "300 per minute; 3000 per hour", methods=("GET",)),
    # Entries of other programs: all of a city's app come from one server.
    "received": Limit(lambda _: "600 per hour; 5000 per day", _done),
    # Only failed tries count, so that a town hall behind one address can sign in as often as it likes.
    "sign_ins": Limit(lambda _: "20 per minute; 100 per hour", _failed),
    "sign_ins_of_one": Limit(lambda _: "10 per 15 minutes", _failed, of_one=True),
    "resets": Limit(lambda _: "30 per hour"),
    "resets_of_one": Limit(lambda _: "3 per hour", of_one=True),
}


class DatabaseStorage(Storage):
    """The counts of the `limits` library in the database of the app that answers; each in a short transaction."""

    STORAGE_SCHEME = ["participation"]  # noqa: RUF012  # as the base class has it

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong here."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count; returns what it is now."""
        # On SQLite the request that counts must not be the one that keeps others from writing.
        sessions.release()
        with database.writing(_engine()) as session:
            counted = limits.count(session, key=key, seconds=expiry, amount=amount, now=_now())
            session.commit()
        return counted

    def get(self, key: str) -> int:
        """What a count is."""
        with database.reading(_engine()) as session:
            return limits.counted(session, key=key, now=_now())

    def get_expiry(self, key: str) -> float:
        """When it begins anew, in seconds since 1970."""
        with database.reading(_engine()) as session:
            return limits.ends(session, key=key, now=_now()).timestamp()

    def check(self) -> bool:
        """Whether the counts can be read."""
        return self.get("") == 0

    def reset(self) -> int:
        """Begin every count anew."""
        with database.writing(_engine()) as session:
            counts = limits.clear_all(session)
            session.commit()
        return counts

    def clear(self, key: str) -> None:
        """Begin one count anew."""
        with database.writing(_engine()) as session:
            limits.clear(session, key=key)
            session.commit()


def who() -> str:
    """The hash under which the connection of this request is counted today."""
    if "limited_as" not in g:
        g.limited_as = limits.name_of(request.remote_addr or "", secret=_secret_of_day())
    name: str = g.limited_as
    return name


def who_tries_whom() -> str:
    """The same for one account tried from this connection: the address that was typed, or whose password was right."""
    tried = request.form.get("email") or str(cookie.get("tf_user_id") or cookie.get("_user_id") or "")
    return limits.name_of(f"{who()} {tried.strip().lower()}", secret=_secret_of_day())


limiter = Limiter(key_func=who, storage_uri="participation://", strategy="fixed-window")


def init(app: Flask) -> None:
    """Count with this app, and explain a refusal."""
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, _explain)


def limited(name: str, *, unless: Callable[[], bool] | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Limit a view by one of LIMITS, together with all others of that name; `unless` spares requests."""
    limit = LIMITS[name]
    return limiter.shared_limit(
        lambda: limit.amounts(_settings()),
        scope=name,
        key_func=who_tries_whom if limit.of_one else who,
        methods=list(limit.methods),
        deduct_when=limit.counts,
        exempt_when=unless,
    )


def _explain(refusal: RateLimitExceeded) -> Response:
    scope = refusal.limit.scope
    current = limiter.current_limit
    # The end is known to the next whole second, which may be later than a full window from now.
    seconds = max(1, min(ceil(current.reset_at - time.time()), current.limit.get_expiry())) if current else 60
    # Behind a proxy that the settings do not know, everybody counts as one.
    unknown = "X-Forwarded-For" in request.headers and not _settings().trusted_proxies
    log.info("limit_reached", limit=scope, seconds=seconds, unknown_proxy=unknown)
    response: Response
    title, text = _texts(str(scope))
    when = format_timedelta(timedelta(seconds=seconds), add_direction=True, locale=locale())
    again = gettext("You can try again %(when)s.", when=when)
    if problems.wanted():
        response = problems.answer(429, f"{text} {again}", code="limit_reached", retry_after=seconds)
    elif request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        response = jsonify(error="limit_reached", message=f"{text} {again}", retry_after=seconds)
    else:
        city = _city()
        page: dict[str, Any] = {"title": title, "text": text, "again": again, "city": city}
        response = Response(render_template("errors/limit.html", **page), mimetype="text/html")
    response.status_code = 429
    response.headers["Retry-After"] = str(seconds)
    return response


def _texts(scope: str) -> tuple[str, str]:
    wait = gettext("Please wait a little")
    if scope in ("sends", "unproven_sends", "photos"):
        return wait, gettext("More entries came from your internet connection than we can take at a time.")
    if scope in ("sign_ins", "sign_ins_of_one"):
        return gettext("Too many attempts"), gettext("There were too many attempts to sign in from your connection.")
    return wait, gettext("There were more requests from your internet connection than we can answer at a time.")


def _city() -> City | None:
    """The city of the page, whose imprint says how to reach somebody."""
    slug = (request.view_args or {}).get("city")
    try:
        return cities.by_slug(db, slug=slug) if slug else None
    except NotFound:
        return None


def _secret_of_day() -> str:
    with database.reading(_engine()) as session:
        known = limits.secret_of_day(session, now=_now())
    if known:
        return known
    sessions.release()
    with database.writing(_engine()) as session:
        made = limits.make_secret_of_day(session, now=_now())
        session.commit()
    return made


def _settings() -> Settings:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings


def _engine() -> Engine:
    engine: Engine = current_app.extensions["participation_engine"]
    return engine


def _now() -> datetime:
    return datetime.now(UTC)
