"""Downloads."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import structlog
from flask import Blueprint, abort, current_app
from werkzeug.wrappers import Response

from participation import database
from participation.models.accounts import Account
from participation.models.cities import City
from participation.services import cities, downloads, export_files, export_lines, roles
from participation.services.export_states import Made
from participation.services.export_tables import TABLES
from participation.settings import Settings
from participation.web.forms import exports as forms
from participation.web.plumbing.downloads import send
from participation.web.plumbing.export_requests import asked, asker, can_be_saved, is_saved, saved_as
from participation.web.plumbing.freshness import STARTED
from participation.web.plumbing.limits import limited
from participation.web.plumbing.sessions import db

blueprint = Blueprint("exports", __name__)
log = structlog.get_logger()
CSV = "text/csv; charset=utf-8; header=present"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "zip": "application/zip",
}
NAMES = ",".join(map(repr, export_files.TABLES))


@blueprint.get(f"/exports/<city>/<any({','.join(TABLES)}):name>.csv")
@limited("downloads", unless=is_saved)
@can_be_saved
def table_csv(city: str, name: str) -> Response:
    """One table of a city; `?profile=internal` and the records are for its staff."""
    found = cities.by_slug(db, slug=city)
    settings: Settings = current_app.extensions["participation_settings"]
    now = datetime.now(UTC)
    wish = forms.read(asked(), db, found, table=name, base_url=settings.base_url, now=now)
    export, taker = wish.export, taken_by(wish, found)
    if taker:
        _note(taker, found, f"{name}.csv", wish.query, now)
        # The addresses of the staff are for their lead alone.
        export = replace(export, with_addresses=taker.role == "city_lead")
    write = partial(export_lines.csv_file, export=export, how=wish.layout)
    made = Made(export, (export.table,), "csv", STARTED)
    return send(write, made=made, name=_stamped(name, wish), content_type=CSV, private=taker is not None)


@blueprint.get(f"/exports/<city>/<any({NAMES}):name>.<any({','.join(TYPES)}):ending>")
@limited("downloads", unless=is_saved)
@can_be_saved
def file(city: str, name: str, ending: str) -> Response:
    """The same tables as a workbook, for a map, or all in a package; guarded likewise."""
    if name not in export_files.FILES[ending]:
        abort(404)
    found = cities.by_slug(db, slug=city)
    settings: Settings = current_app.extensions["participation_settings"]
    now = datetime.now(UTC)
    args = asked().copy()
    if ending == "xlsx" and "lang" in args:
        # A workbook in a language is for people.
        args.setdefault("labels", "text")
    [table, *_] = export_files.TABLES[name]
    wish = forms.read(args, db, found, table=table.name, base_url=settings.base_url, now=now)
    export, taker = wish.export, taken_by(wish, found)
    if taker:
        _note(taker, found, f"{name}.{ending}", wish.query, now)
        export = replace(export, with_addresses=taker.role == "city_lead")
    private = taker is not None
    wanted = export_files.File(name, ending, export, wish.query, private=private, folder=settings.exports)
    return send(
        partial(export_files.write, file=wanted),
        made=Made(export, export_files.TABLES[name], ending, STARTED),
        name=_stamped(name, wish),
        content_type=TYPES[ending],
        private=private,
        slow=True,
    )


def _stamped(name: str, wish: forms.Wish) -> str:
    """The name of a file with what it holds of its table."""
    parts = [name, "internal" if wish.export.chosen.internal else "", wish.stamp]
    return "-".join(part for part in parts if part)


def taken_by(wish: forms.Wish, city: City) -> Account | None:
    """Who takes a file that is not public; None for a public one. Whoever may not have it gets 403."""
    table = wish.export.table.name
    if wish.profile == "public" and table not in forms.RECORDS:
        return None
    reader = asker()
    if reader is None or not roles.may_in(reader, "take_record" if table in forms.RECORDS else "export_internal", city):
        abort(403)
    return reader


def _note(reader: Account, city: City, file: str, query: str, now: datetime) -> None:
    """Who takes what is not public is noted before the first line is sent."""
    with database.writing(current_app.extensions["participation_engine"]) as session:
        noted = "&".join(part for part in (query, f"saved={saved_as()}" if saved_as() else "") if part)
        downloads.note(session, account=reader, city=city, file=file, query=noted, now=now)
        session.commit()
    log.info("export_internal", city=city.slug, file=file, account_id=reader.id)
