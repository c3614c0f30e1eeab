"""The files that the pages of downloads offer: how they are called, where they are, and how large they will be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from participation.errors import NotFound, ServiceError
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile
from participation.services import export_files as service
from participation.services import export_sizes, tile_facets
from participation.services.export_files import EVERYTHING
from participation.services.export_sizes import Size
from participation.services.export_tables import CODEBOOK, SUBMISSIONS, TABLES
from participation.web.forms import exports
from participation.web.forms.export_pages import Asked
from participation.web.forms.exports import RECORDS
from participation.web.plumbing.export_requests import can_stand_for

# Which tables are offered in which formats, in the order of the page.
FORMATS = {
    "submissions": ("xlsx", "csv", "geojson", "gpkg"),
    "places": ("xlsx", "csv", "geojson", "gpkg"),
    "translations": ("xlsx", "csv"),
    "bins": ("xlsx", "csv", "geojson", "gpkg"),
    "codebook": ("xlsx", "csv"),
    "decisions": ("xlsx", "csv"),
    "downloads": ("xlsx", "csv"),
}
# Everything in one file, which each of these formats holds in its own way.
TOGETHER = ("zip", "xlsx", "gpkg")
# Those whose columns can be chosen.
OF_TABLES = ("csv", "xlsx")


@dataclass(frozen=True)
class File:
    """A file to download: its size in bytes and its rows, None where nobody knows before it is made."""

    name: str
    format: str
    label: str
    title: str
    address: str
    bytes: int | None
    rows: int | None
    is_exact: bool
    rows_exact: bool
    is_savable: bool


@dataclass(frozen=True)
class OfferedTable:
    """A table with the files it comes in; `is_open` says that everybody may have it as it is."""

    name: str
    is_open: bool
    title: str
    description: str
    rows: int | None
    rows_exact: bool
    files: Sequence[File]


def tables(city: City, asked: Asked, sizes: Mapping[str, Size]) -> list[OfferedTable]:
    """What is offered of the tables that were measured."""
    titles = _titles()
    return [
        OfferedTable(table, _is_open(table, asked), *titles[table], sizes[table].rows, sizes[table].rows_exact, files)
        for table, formats in FORMATS.items()
        if table in sizes
        if (files := [*_files(city, asked, table, formats, sizes[table])])
    ]


def together(city: City, asked: Asked, sizes: Mapping[str, Size]) -> list[File]:
    """Everything that may be open in one file: the package, and those with a sheet or a layer for each table."""
    titles = {
        "zip": gettext("Everything in one package"),
        "xlsx": gettext("Everything in one workbook"),
        "gpkg": gettext("Everything in one GeoPackage"),
    }
    public = {table: size for table, size in sizes.items() if table not in RECORDS}
    files = (
        _file(city, asked, f"{EVERYTHING}.{kind}", titles[kind], export_sizes.together(public, kind))
        for kind in TOGETHER
    )
    return [file for file in files if file]


def saved_size(session: Session, city: City, profile: ExportProfile, *, base_url: str, now: datetime) -> Size:
    """How large the file of a profile would be now; unknown for one that can no longer be made."""
    name, _, kind = profile.file.rpartition(".")
    args = MultiDict((field, value) for field, value in profile.query)
    if kind == "xlsx" and "lang" in args:
        args.setdefault("labels", "text")
    try:
        [first, *others] = service.TABLES[name]
        wish = exports.read(args, session, city, table=first.name, base_url=base_url, now=now)
    except (KeyError, ServiceError):
        return Size(None, None)
    facets = tile_facets.on_list(session, city=city, chosen=wish.export.chosen)
    alike = replace(wish.export, chosen=replace(wish.export.chosen, internal=False))
    wanted = {first.name: wish.export, **{table.name: replace(alike, table=table) for table in others}}
    if name == EVERYTHING:
        wanted[CODEBOOK.name] = replace(alike, table=CODEBOOK)
    sizes = export_sizes.of_tables(
        session, exports=wanted, how=wish.layout, entries=facets.in_file, of_all=facets.of_all
    )
    return export_sizes.together(sizes, kind) if name == EVERYTHING else sizes[name].as_file(kind, name)


def address(city: City, name: str, query: Mapping[str, object]) -> str:
    """Where a file is."""
    return f"{request.script_root}/exports/{city.slug}/{name}?{urlencode(query, doseq=True)}".rstrip("?")


def is_offered(name: str) -> bool:
    """Whether the pages of downloads have such a file."""
    table, _, kind = name.partition(".")
    return kind in (TOGETHER if table == EVERYTHING else FORMATS.get(table, ()))


def is_there(city: City, name: str) -> bool:
    """Whether the product makes such a file."""
    return _view(city, name) is not None


def is_savable(city: City, name: str) -> bool:
    """Whether a profile can stand for a request of such a file."""
    found = _view(city, name)
    return found is not None and can_stand_for(found[0])


def made(city: City, name: str) -> Response:
    """The file itself, for what the request asks or what stands in for it; NotFound for one that is no more made."""
    found = _view(city, name)
    if found is None or not can_stand_for(found[0]):
        raise NotFound("file_unknown", name=name)
    view, values = found
    response: Response = view(**values)
    return response


def _view(city: City, name: str) -> tuple[Callable[..., Any], Mapping[str, Any]] | None:
    """What answers at the address of a file."""
    try:
        endpoint, values = current_app.url_map.bind("").match(f"/exports/{city.slug}/{name}")
    except (HTTPException, RequestRedirect):
        return None
    return current_app.view_functions[endpoint], values


def can_choose_columns(name: str) -> bool:
    """Whether the file is one table, of which columns can be left out."""
    table, _, kind = name.partition(".")
    return kind in OF_TABLES and table in TABLES


def _is_open(table: str, asked: Asked) -> bool:
    return table not in RECORDS and not (asked.filter.internal and table == SUBMISSIONS.name)


def _files(city: City, asked: Asked, table: str, formats: Sequence[str], size: Size) -> Iterator[File]:
    for kind in formats:
        file = _file(city, asked, f"{table}.{kind}", _titles()[table][0], size.as_file(kind, table))
        if file:
            yield file


def _file(city: City, asked: Asked, name: str, title: str, size: Size) -> File | None:
    if not is_there(city, name):
        return None
    kind = name.rpartition(".")[2]
    where = address(city, name, asked.of_file(name.partition(".")[0]))
    known = size.bytes, size.rows, size.bytes_exact, size.rows_exact
    return File(name, kind, _label(kind), title, where, *known, is_savable(city, name))


def _label(kind: str) -> str:
    """How a format is called by those who use it; most are names and no words."""
    names = {
        "xlsx": gettext("Excel"),
        "csv": "CSV",
        "geojson": "GeoJSON",
        "gpkg": "GeoPackage",
        "zip": gettext("Package"),
    }
    return names[kind]


def _titles() -> dict[str, tuple[str, str]]:
    """By table: its title, and what one row of it is."""
    return {
        "submissions": (
            gettext("Entries"),
            gettext("One row for each entry: where, what kind, every answer, and the text with its translations."),
        ),
        "places": (
            gettext("Places"),
            gettext("One row for each place: how many entries of which kind, reasons, support, the city’s answer."),
        ),
        "translations": (
            gettext("Translations"),
            gettext("One row for each text in each language, and whether a person or a machine has translated it."),
        ),
        "bins": (
            gettext("Counts on a grid"),
            gettext("How many entries lie in each cell of a grid, only for cells with at least five contributors."),
        ),
        "codebook": (
            gettext("Codebook"),
            gettext("What every column and every code means, in German, French, Spanish and English."),
        ),
        "decisions": (
            gettext("Record of decisions"),
            gettext("What was decided when, by whom and why; nothing of what people wrote."),
        ),
        "downloads": (
            gettext("Who has downloaded what is not public"),
            gettext("Which member of the staff took which of these files, when, and with which filter."),
        ),
    }
