"""Downloads: one object says what is wanted, and every format is made from the rows that it gives.

`rows` gives them as Python values; `export_lines` lets the database write the lines of a CSV file itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, case, func, select, type_coerce
from sqlalchemy.orm import Session

from participation import codebook
from participation.database import Codes
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import export_bins, export_codebook, export_columns, export_places
from participation.services.export_columns import Source
from participation.services.export_tables import CODEBOOK, PLACES, Column, Table
from participation.services.filters import Filter

LABELS = ("codes", "text", "both")
BATCH = 1000
SEPARATOR, SEPARATOR_OF_WORDS = "|", " | "


@dataclass(frozen=True)
class Export:
    """What somebody takes away: a table of a city as far as the filter goes, with codes, words in `lang`, or both.

    Addresses of photos begin with `base_url`. `with_addresses` is for who may see the addresses of the staff. `only`
    names the columns that are wanted, all of them where it is empty; their order is that of the table.
    """

    table: Table
    city: City
    chosen: Filter
    now: datetime
    labels: str = "codes"
    lang: str = "en"
    base_url: str = ""
    with_addresses: bool = False
    only: tuple[str, ...] = ()

    @property
    def columns(self) -> Sequence[Column]:
        """The columns in their order; with codes and words, the words stand in columns of their own at the end."""
        return [column for column, _ in self.origins]

    @property
    def origins(self) -> Sequence[tuple[Column, Column]]:
        """Each column, and the one of the table whose codes it puts into words, or which it is."""
        offered = self.table.of(internal=self.chosen.internal)
        plain = [(column, column) for column in offered if not self.only or column.name in self.only]
        if self.labels == "text":
            return [(replace(one, type="text") if codebook.codes(one.name) else one, one) for one, _ in plain]
        if self.labels == "both":
            named = [one for one, _ in plain if codebook.codes(one.name)]
            return [*plain, *((Column(f"{one.name}_label", "text", one.internal), one) for one in named)]
        return plain


@dataclass(frozen=True)
class Counts:
    """How many submissions a filter leaves, and how many there are without it."""

    chosen: int
    all: int


def counts(session: Session, *, city: City, chosen: Filter) -> Counts:
    """How many submissions are in the file, the list and the map of this filter: 83 of 412."""

    def number(wanted: Filter) -> int:
        return session.scalar(wanted.apply(select(func.count()).select_from(Submission), city)) or 0

    return Counts(number(chosen), number(Filter(internal=chosen.internal)))


def rows(session: Session, *, export: Export) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, one tuple in the order of `export.columns` each; read a batch at a time.

    Texts and codes are str, several codes are joined by `|` and words by ` | `, a number is float, an integer int, a
    moment an aware datetime in UTC, a flag bool; what is not there is None. Texts are as they were written: what might
    be taken for a formula is for each format to care for.
    """
    source = source_of(export)
    if source is None:
        yield from _made(session, export)
        return
    with session.execute(ordered(export, source).execution_options(yield_per=BATCH)) as found:
        for row in found:
            yield tuple(str(value) if isinstance(value, UUID) else value for value in row)


def source_of(export: Export) -> Source | None:
    """Where the rows come from in the database; None for a table that is made in Python."""
    city, chosen = export.city, export.chosen
    sources: dict[str, Callable[[], Source]] = {
        "submissions": lambda: export_columns.submissions(city, chosen, base_url=export.base_url),
        "translations": lambda: export_columns.translations(city, chosen),
        "decisions": lambda: export_columns.decisions(city, with_addresses=export.with_addresses),
        "downloads": lambda: export_columns.downloads(city, with_addresses=export.with_addresses),
    }
    return sources[export.table.name]() if export.table.name in sources else None


def expressions(export: Export, source: Source) -> list[ColumnElement[Any]]:
    """What stands in each column, codes in words where that is wanted."""
    return [
        _plain(source.values[origin.name])
        if column == origin
        else _in_words(source.values[origin.name], origin, export)
        for column, origin in export.origins
    ]


def ordered(export: Export, source: Source) -> Select[Any]:
    """The statement that gives the rows in the order of their key; its columns are c0, c1 and so on."""
    values = enumerate(expressions(export, source))
    query = select(*(value.label(f"c{number}") for number, value in values))
    return source.query(query).order_by(*source.key)


def _plain(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(value, String) if isinstance(value.type, Codes) else value


def _in_words(value: ColumnElement[Any], origin: Column, export: Export) -> ColumnElement[Any]:
    """The label of a code, or of each of several."""
    known = {code: labels[export.lang] for code, labels in codebook.codes(origin.name).items()}
    value = type_coerce(value, String)
    if origin.type != "codes":
        return case(known, value=value, else_=value)
    # With a bar on either side no code is taken for a part of another.
    worded: ColumnElement[Any] = SEPARATOR + value + SEPARATOR
    for code, label in known.items():
        worded = func.replace(worded, f"{SEPARATOR}{code}{SEPARATOR}", f"{SEPARATOR}{label}{SEPARATOR}")
    return func.replace(func.substr(worded, 2, func.length(worded) - 2), SEPARATOR, SEPARATOR_OF_WORDS)


def _made(session: Session, export: Export) -> Iterator[tuple[Any, ...]]:
    """The rows of the tables that no single statement can make."""
    if export.table == CODEBOOK:
        made = export_codebook.rows()
    elif export.table == PLACES:
        made = export_places.rows(session, city=export.city, chosen=export.chosen)
    else:
        made = export_bins.rows(session, city=export.city, chosen=export.chosen, now=export.now)
    for row in made:
        yield tuple(_word(row[origin.name], column, origin, export) for column, origin in export.origins)


def _word(value: Any, column: Column, origin: Column, export: Export) -> Any:
    if column == origin or value is None:
        return value
    words = [codebook.label(origin.name, code, export.lang) for code in value.split(SEPARATOR)]
    return SEPARATOR_OF_WORDS.join(words)
