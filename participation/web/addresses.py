"""The address search of a city, asked by our server so that no other learns who looks for what."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, abort, current_app, jsonify, request
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from participation import database
from participation.errors import Unavailable
from participation.services import addresses, cities
from participation.services.addresses import Found, Search
from participation.settings import Settings
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.outside import outside
from participation.web.plumbing.sessions import db

blueprint = Blueprint("addresses", __name__)
HOUR = 3600
log = structlog.get_logger()


@blueprint.get("/<lang:lang>/<city>/addresses")
@limited("searches")
def found(city: str) -> Response:
    """Addresses inside the city for `?q=`; with `typing=1`, where the service allows to be asked while people type."""
    place = cities.by_slug(db, slug=city)
    search = addresses.search_of(place)
    if search is None:
        abort(404)
    query = addresses.normalised(request.args.get("q", ""))
    if not query or (request.args.get("typing") == "1" and not search.while_typing):
        return _answer([], search)
    settings: Settings = current_app.extensions["participation_settings"]
    key = addresses.query_hash(search, query, lang(), secret=settings.secret_key)
    now = datetime.now(UTC)
    known = addresses.remembered(db, city_id=place.id, key=key, now=now)
    if known is not None:
        return _answer(known, search)
    # Nobody waits for a row of ours while we wait for somebody else.
    db.close()
    try:
        fresh = addresses.ask(search, query=query, lang=lang(), outside=outside())
    except Unavailable:
        return _problem()
    _remember(place.id, key, fresh, now)
    return _answer(fresh, search)


def _remember(city_id: int, key: str, fresh: list[Found], now: datetime) -> None:
    """An answer that cannot be kept is still an answer."""
    try:
        with database.writing(current_app.extensions["participation_engine"]) as session:
            addresses.remember(session, city_id=city_id, key=key, answer=fresh, now=now)
            session.commit()
    except SQLAlchemyError as error:
        log.warning("address_not_kept", kind=type(error).__name__)


def _answer(found_addresses: list[Found], search: Search) -> Response:
    response = jsonify({"addresses": found_addresses, "source": search.attribution})
    response.cache_control.private = True
    response.cache_control.max_age = HOUR
    return response


def _problem() -> Response:
    title = gettext("The address search does not answer")
    detail = gettext("Please try again in a minute, or choose the place in another way.")
    response = jsonify({"type": "about:blank", "status": 503, "title": title, "detail": detail})
    response.status_code = 503
    response.mimetype = "application/problem+json"
    response.headers["Retry-After"] = "60"
    response.cache_control.no_store = True
    return response
