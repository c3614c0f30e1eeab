"""The downloads that are more than one table of text: what is in which file, and how it is written."""

import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import codebook
from participation.models.cities import City
from participation.services import (
    export_features,
    export_geopackages,
    export_lines,
    export_packages,
    export_readmes,
    export_tables,
    export_workbooks,
    exports,
)
from participation.services.export_contents import Content, Stamp
from participation.services.export_geopackages import Layer
from participation.services.export_licences import licence_of
from participation.services.export_packages import Sheet
from participation.services.export_tables import BINS, CODEBOOK, PLACES, SUBMISSIONS, TRANSLATIONS
from participation.services.exports import Export

# The name of the files with everything that may be open.
EVERYTHING = "open-data"
TABLES = {name: (table,) for name, table in export_tables.TABLES.items()} | {
    EVERYTHING: (SUBMISSIONS, PLACES, TRANSLATIONS, BINS)
}
ON_MAP = ("submissions", "places", "bins")
# The formats, and the names of the files that there are in each.
FILES = {"xlsx": tuple(TABLES), "geojson": ON_MAP, "gpkg": (*ON_MAP, EVERYTHING), "zip": (EVERYTHING,)}
# So much is read and sent at once.
BLOCK = 64 * 1024
# Whoever takes a file has it long before.
LEFT_OVER = timedelta(days=1)


@dataclass(frozen=True)
class File:
    """A file: its name and format, what is wanted, the filter as a query string, and whether it is not public.

    `folder` is where formats are written that cannot be sent as they grow.
    """

    name: str
    ending: str
    export: Export
    query: str
    private: bool
    folder: Path


def write(session: Session, *, file: File) -> Generator[bytes, None, None]:
    """A file in blocks; `session` sees one state of the data from beginning to end."""
    writers: dict[str, Callable[[], Generator[bytes, None, None]]] = {
        "xlsx": lambda: _by_way_of(file, partial(_workbook, session, file)),
        "gpkg": lambda: _by_way_of(file, partial(_geopackage, session, file)),
        "geojson": lambda: _geojson(session, file),
        "zip": lambda: _package(session, file),
    }
    return writers[file.ending]()


def sweep(folder: Path, *, now: datetime) -> int:
    """Remove what a process that was killed has left in the folder; returns how much that was."""
    left = [path for path in folder.glob("*") if path.stat().st_mtime < (now - LEFT_OVER).timestamp()]
    for path in left:
        shutil.rmtree(path)
    return len(left)


def _by_way_of(file: File, write_to: Callable[[Path], None]) -> Generator[bytes, None, None]:
    """The blocks of a file that has to be written first. It loses its name before it is sent.

    So nothing is left of it once it is sent, broken off, or the process killed.
    """
    file.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=file.folder) as own:
        path = Path(own) / f"{file.name}.{file.ending}"
        write_to(path)
        opened = path.open("rb")
    with opened:
        while block := opened.read(BLOCK):
            yield block


def _workbook(session: Session, file: File, path: Path) -> None:
    """The tables of this name, and the codebook, which keeps its codes."""
    export = file.export
    tables = [one for one in _exports(file) if one.table != CODEBOOK]
    tables.append(replace(export, table=CODEBOOK, labels="codes"))
    contents = [_content(session, one) for one in tables]
    export_workbooks.workbook(
        path, contents=contents, stamp=_stamp(session, file), lang=export.lang, labels=export.labels
    )


def _geopackage(session: Session, file: File, path: Path) -> None:
    """Entries with a layer for each kind, every other table with one."""
    layers = [layer for export in _exports(file) for layer in _layers(session, export)]
    export_geopackages.geopackage(path, layers=layers, stamp=_stamp(session, file), lang=file.export.lang)


def _geojson(session: Session, file: File) -> Generator[bytes, None, None]:
    [export] = _exports(file)
    return export_features.geojson(_content(session, export), stamp=_stamp(session, file))


def _package(session: Session, file: File) -> Generator[bytes, None, None]:
    """Everything with codes, which the codebook explains."""
    plain = replace(file, export=replace(file.export, labels="codes"))
    wanted = [*_exports(plain), replace(plain.export, table=CODEBOOK)]
    sheets = [Sheet(_content(session, one), partial(export_lines.csv_file, session, export=one)) for one in wanted]
    return export_packages.package(sheets=sheets, stamp=_stamp(session, file), lang=file.export.lang)


def _stamp(session: Session, file: File) -> Stamp:
    export, city = file.export, file.export.city
    return Stamp(
        slug=city.slug,
        names=city.name,
        version=str(session.scalar(select(City.data_version).where(City.id == city.id))),
        made_at=export.now,
        chosen=file.query,
        licence=None if file.private else licence_of(city.country),
        address=f"{export.base_url}/{export.lang}/{city.slug}/",
    )


def _exports(file: File) -> Iterator[Export]:
    """One for each table of the file. Only entries have a part that is not public."""
    for table in TABLES[file.name]:
        chosen = file.export.chosen
        internal = chosen.internal and table == SUBMISSIONS
        yield replace(file.export, table=table, chosen=replace(chosen, internal=internal))


def _content(session: Session, export: Export) -> Content:
    return Content(export.table.name, export.columns, partial(exports.rows, session, export=export))


def _layers(session: Session, export: Export) -> Iterator[Layer]:
    name, lang = export.table.name, export.lang
    if export.table != SUBMISSIONS:
        yield Layer(name, export_readmes.table_title(name, lang), _content(session, export))
        return
    for kind in export.chosen.kinds:
        of_kind = replace(export, chosen=replace(export.chosen, kinds=(kind,)))
        yield Layer(kind, codebook.label("kind", kind, lang), _content(session, of_kind))
