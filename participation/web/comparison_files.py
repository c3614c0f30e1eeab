"""The comparison as files: each chart and map as SVG, PNG and CSV, all numbers as CSV and JSON, the report as PDF."""

from functools import lru_cache

import orjson
import vl_convert
from flask import Blueprint, abort, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation import comparison_charts, comparison_report
from participation.comparison_charts import SANS
from participation.locales import CODES
from participation.services import comparison_exports, comparison_notes, comparison_voices
from participation.web.forms import comparisons as forms
from participation.web.forms.comparisons import Chosen
from participation.web.plumbing import comparison_grounds as grounds
from participation.web.plumbing import comparison_layers as layers
from participation.web.plumbing.access import account
from participation.web.plumbing.comparison_contents import Contents, contents, shown_ids
from participation.web.plumbing.comparison_methods import source_lines
from participation.web.plumbing.comparison_reports import Texts, report_data
from participation.web.plumbing.formats import named
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("comparison_files", __name__)
TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
}
# Pixels of a PNG for each of the drawing.
SCALE = 2


@blueprint.get("/<lang:lang>/compare/<partnership>.pdf")
def report(partnership: str) -> Response:
    """The comparison on A4; with `?second=` in two languages beside each other."""
    chosen = forms.read(request.args, db, partnership)
    second = request.args.get("second", "")
    if chosen.stored is None or chosen.campaign is None or (second and (second not in CODES or second == lang())):
        abort(404)
    found = contents(chosen)
    texts = Texts(
        comparison_voices.published(db, ids=shown_ids(found)) if found else {},
        comparison_notes.listing(db, campaign=chosen.campaign, reader=account()),
    )
    languages = [lang(), second] if second else [lang()]
    data = report_data(chosen, languages, texts)
    response = _file(
        _typeset(orjson.dumps(data).decode()), f"{partnership}-{'-'.join(languages)}.pdf", "application/pdf"
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/<lang:lang>/compare/<partnership>/<figure>.<any(svg,png,csv):ending>")
def figure(partnership: str, figure: str, ending: str) -> Response:
    """One chart or map as a file, or its numbers."""
    chosen = forms.read(request.args, db, partnership)
    found = contents(chosen)
    if found is None:
        abort(404)
    name = f"{partnership}-{figure}.{ending}"
    if ending == "csv":
        lines = [line for line in _lines(chosen, found) if line["figure"] == figure]
        return _file(comparison_exports.write(iter(lines)).encode() if lines else None, name, TYPES[ending])
    drawn = _chart(chosen, found, figure) or _map(chosen, found, figure)
    if drawn and ending == "png":
        return _file(_pixels(drawn), name, TYPES[ending])
    return _file(drawn.encode() if drawn else None, name, TYPES[ending])


@blueprint.get("/<lang:lang>/compare/<partnership>/<slug>.json")
def cells(partnership: str, slug: str) -> Response:
    """The cells of one city as GeoJSON, for its map."""
    chosen = forms.read(request.args, db, partnership)
    found = contents(chosen)
    own = next((each for each in found.maps if each.city == slug), None) if found else None
    if found is None or own is None:
        abort(404)
    content = orjson.dumps(layers.geojson(own, found.naming.questionnaire))
    return _file(content, f"{partnership}-{slug}.json", TYPES["json"])


@blueprint.get("/exports/compare/<partnership>.<any(csv,json):ending>")
def numbers(partnership: str, ending: str) -> Response:
    """Every number of a campaign's comparison: as a table, or the stored result as it is; `?campaign=`."""
    chosen = forms.read(request.args, db, partnership)
    if chosen.stored is None or chosen.snapshot is None:
        abort(404)
    content = chosen.stored.content
    if ending == "csv":
        content = comparison_exports.write(comparison_exports.lines(chosen.snapshot)).encode()
    return _file(content, f"{partnership}-comparison.{ending}", TYPES[ending], download=True)


def _lines(chosen: Chosen, found: Contents) -> list[comparison_exports.Line]:
    """The numbers of what is chosen: of several cities only those that stand beside each other."""
    slugs = [city.slug for city in chosen.cities]
    return [line for line in comparison_exports.lines(found.snapshot) if {*str(line["city"]).split("+")} <= {*slugs}]


def _chart(chosen: Chosen, found: Contents, code: str) -> str | None:
    figure = found.figures.get(code)
    if figure is None or figure.chart is None:
        return None
    return comparison_charts.file(figure.chart, foot=[*figure.notes, *source_lines(chosen, found)])


def _map(chosen: Chosen, found: Contents, code: str) -> str | None:
    """The code of a map is `map-count-worms`, that of the districts `coverage-worms`."""
    sort, _, rest = code.partition("-")
    layer, _, slug = rest.partition("-") if sort == "map" else ("", "", rest)
    city = next((city for city in chosen.cities if city.slug == slug), None)
    if city is None:
        return None
    if sort == "coverage":
        span_m = grounds.districts_span_m(chosen.cities)
        coverage = next((each for each in found.coverage if each.city == slug), None)
        title = gettext("%(city)s: where nothing is known yet", city=named(city))
        return layers.coverage_picture(city, coverage, span_m=span_m, title=title, font=SANS) if coverage else None
    own = next((each for each in found.maps if each.city == slug), None)
    if own is None or layer not in layers.LAYERS:
        return None
    title, span_m = layers.picture_title(city, layer), grounds.span_m(chosen.cities, found.boxes)
    return layers.picture(city, layers.drawn(own, layer), shown=found.boxes, span_m=span_m, title=title, font=SANS)


@lru_cache(maxsize=32)
def _pixels(drawn: str) -> bytes:
    pixels: bytes = vl_convert.svg_to_png(drawn, scale=SCALE)
    return pixels


@lru_cache(maxsize=8)
def _typeset(data: str) -> bytes:
    return comparison_report.typeset(data)


def _file(content: bytes | None, name: str, content_type: str, *, download: bool = False) -> Response:
    """An answer that browsers keep and ask about; 404 without content."""
    if content is None:
        abort(404)
    response = Response(content, content_type=content_type)
    download = download or name.endswith(".csv")
    response.headers["Content-Disposition"] = f'{"attachment" if download else "inline"}; filename="{name}"'
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag(weak=True)
    return response.make_conditional(request.environ)
