"""Downloads."""

from collections.abc import Iterator

import structlog
from flask import Blueprint, abort, current_app, request
from werkzeug.wrappers import Response

from participation import database
from participation.models.cities import City
from participation.services import cities, decisions, exports
from participation.services.filters import Filter
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
        if reader is None or not decisions.may_decide(reader, found):
            abort(403)
        chosen = chosen.for_staff()
        log.info("export_internal", city=found.slug, account_id=reader.id)
    response = Response(_lines(found, chosen), mimetype="text/csv")
    response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}-submissions.csv"'
    response.headers["Cache-Control"] = "private, no-store" if chosen.internal else "public, no-cache"
    return response


def _lines(city: City, chosen: Filter) -> Iterator[bytes]:
    # The file is written after the view has ended: it needs a session of its own, and from here the engine.
    engine = current_app.extensions["participation_engine"]

    def stream() -> Iterator[bytes]:
        with database.reading(engine) as session:
            yield from exports.submissions_csv(session, city=city, chosen=chosen)

    return stream()
