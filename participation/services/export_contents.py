"""What a file is made of: tables with their rows, and what it says about itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from participation.services.export_licences import Licence
from participation.services.export_tables import Column

Row = Sequence[Any]
"""One value per column: text, a number, a moment, a flag, or None; several codes are joined by `|`."""


@dataclass(frozen=True)
class Content:
    """The rows of a table; they can be read as often as they are wanted."""

    name: str
    columns: Sequence[Column]
    rows: Callable[[], Iterator[Row]]

    @property
    def names(self) -> list[str]:
        """What the columns are called in every language."""
        return [column.name for column in self.columns]


@dataclass(frozen=True)
class Stamp:
    """Which city, how much of it, in which state: every file carries it.

    `chosen` is the filter as a query string, empty where nothing is left out; `licence` is None for internal files.
    """

    slug: str
    names: Mapping[str, str]
    version: str
    made_at: datetime
    chosen: str
    licence: Licence | None
    address: str

    @property
    def internal(self) -> bool:
        """Whether only the city may have the file."""
        return self.licence is None

    @property
    def profile(self) -> str:
        """`public` or `internal`."""
        return "internal" if self.internal else "public"

    @property
    def moment(self) -> str:
        """When it was made, in UTC."""
        return self.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def name(self, lang: str) -> str:
        """How the city is called in this language, else in its own."""
        return self.names.get(lang) or next(iter(self.names.values()))

    def facts(self) -> dict[str, str]:
        """The same for programs."""
        licence = {"licence": self.licence.code, "licence_address": self.licence.address} if self.licence else {}
        told = {"city": self.slug, "profile": self.profile, "dataset_version": self.version, "made_at": self.moment}
        return told | {"filter": self.chosen, "source": self.address} | licence
