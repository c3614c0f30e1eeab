"""Downloads."""

from collections.abc import Callable, Iterator
from functools import partial

import structlog
from flask import Blueprint, abort, current_app, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from participation import database
from participation.models.cities import City
from participation.services import cities, exports, roles
from participation.services.decisions import may_take_record
from participation.settings import Settings
from participation.web.forms import filters
from participation.web.plumbing.access import account
from participation.web.plumbing.sessions import db

blueprint = Blueprint("exports", __name__)
log = structlog.get_logger()


@blueprint.get("/exports/<city>/submissions.csv")
def submissions(city: str) -> Response:
    """One line per submission; `?profile=internal` for the staff of the city."""
    found = cities.by_slug(db, slug=city)
    chosen = filters.read_for_machines(request.args, db, found)
    profile = request.args.get("profile", "public")
    if profile not in ("public", "internal") or request.args.get("layout", "machine") != "machine":
        abort(400)
    if profile == "internal":
        reader = account()
        if reader is None or not roles.may_in(reader, "export_internal", found):
            abort(403)
        chosen = chosen.for_staff()
        log.info("export_internal", city=found.slug, account_id=reader.id)
    settings: Settings = current_app.extensions["participation_settings"]
    write = partial(exports.submissions_csv, city=found, chosen=chosen, base_url=settings.base_url)
    response = _file(found, "submissions", write)
    response.headers["Cache-Control"] = "private, no-store" if chosen.internal else "public, no-cache"
    return response


@blueprint.get("/exports/<city>/decisions.csv")
def decisions(city: str) -> Response:
    """The record of a city, for its lead and the operator; the addresses of the staff are for the lead alone."""
    found = cities.by_slug(db, slug=city)
    reader = account()
    if reader is None or not may_take_record(reader, found):
        abort(403)
    log.info("export_decisions", city=found.slug, account_id=reader.id)
    write = partial(exports.decisions_csv, city=found, with_addresses=reader.role == "city_lead")
    response = _file(found, "decisions", write)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _file(city: City, name: str, write: Callable[[Session], Iterator[bytes]]) -> Response:
    """A download that is written after the view has ended: it needs a session of its own, and from here the engine."""
    engine = current_app.extensions["participation_engine"]

    def stream() -> Iterator[bytes]:
        with database.reading(engine) as session:
            yield from write(session)

    response = Response(stream(), mimetype="text/csv")
    response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = f'attachment; filename="{city.slug}-{name}.csv"'
    return response
