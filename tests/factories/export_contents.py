"""Tables with a column of every type, and files about them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from participation.services.export_contents import Content, Stamp
from participation.services.export_licences import licence_of
from participation.services.export_tables import SUBMISSIONS, TRANSLATIONS, Column

MADE = datetime(2026, 7, 2, 9, 30, tzinfo=UTC)
AT = datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC)
NAMES = ("id", "kind", "reasons", "lat", "lon", "comfort", "supports", "created_at", "text")
COLUMNS = tuple(column for column in SUBMISSIONS.columns if column.name in NAMES)
FULL = ("a", "heat_island", 49.6312, -8.3655, "no_shade|no_water", "4", "Zu heiß", 3, AT)
EMPTY = ("b", "idea", *[None] * 7)
WORDS = TRANSLATIONS.columns
WORD = ("a", "fr", "Trop chaud", "human", None, True, AT)


def content(*rows: Sequence[Any], columns: Sequence[Column] = COLUMNS, name: str = "submissions") -> Content:
    """A table with these rows."""
    return Content(name, columns, lambda: iter(rows))


def words(*rows: Sequence[Any]) -> Content:
    """Translations, which have flags and no place."""
    return content(*rows, columns=WORDS, name="translations")


def stamp(**changed: Any) -> Stamp:
    """What a public file of Worms says about itself."""
    values: dict[str, Any] = {
        "slug": "worms",
        "names": {"de": "Worms"},
        "version": "2026-07-02.7",
        "made_at": MADE,
        "chosen": "",
        "licence": licence_of("DE"),
        "address": "https://heat.example",
    }
    return Stamp(**(values | changed))
