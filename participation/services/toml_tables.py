"""Reading TOML files that people write: every mistake is one line that names the file and the key."""

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, Self

from participation.errors import Invalid
from participation.locales import CODES
from participation.text import clean_text

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME_MAX = 120
CODE_MAX = 60
KINDS_OF_VALUE = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date",
}


class Table:
    """One table of a file. Keys are taken out one by one, so that `done` finds the misspelt ones left over."""

    def __init__(self, data: dict[str, Any], file: Path, where: str = "") -> None:
        self._data = dict(data)
        self._file = file
        self._where = where

    @classmethod
    def of_file(cls, file: Path) -> Self:
        """The whole file; raises Invalid where it is no TOML."""
        try:
            return cls(tomllib.loads(file.read_text(encoding="utf-8")), file)
        except (OSError, ValueError) as error:
            raise Invalid("file_unreadable", file=file.name, why=_one_line(error)) from error

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def fail(self, key: str, why: str) -> NoReturn:
        """Raise Invalid for the value of a key."""
        raise Invalid("file_wrong", file=self._file.name, key=self._where + key, why=why)

    def done(self) -> None:
        """Refuse what nobody asked for."""
        if self._data:
            self.fail(min(self._data), "is not a key we know")

    def text(self, key: str, *, longest: int = NAME_MAX) -> str:
        """One line of text, not empty."""
        return " ".join(self.prose(key, longest=longest).split())

    def prose(self, key: str, *, longest: int) -> str:
        """Text of one or more lines, not empty."""
        value = clean_text(self._take(key, str))
        if not value:
            self.fail(key, "must not be empty")
        if len(value) > longest:
            self.fail(key, f"must have at most {longest} characters")
        return value

    def slug(self, key: str, *, reserved: Sequence[str] = ()) -> str:
        """A word for addresses: lower-case letters and digits, joined by single hyphens."""
        value = self.text(key, longest=CODE_MAX)
        if not SLUG.fullmatch(value):
            self.fail(key, f"must be lower-case letters and digits joined by hyphens, not {value!r}")
        if value in reserved:
            self.fail(key, f"must not be {value!r}: that address is taken")
        return value

    def one_of(self, key: str, choices: Sequence[str]) -> str:
        """One of several words."""
        value: str = self._take(key, str)
        self._known(key, value, choices)
        return value

    def some_of(self, key: str, choices: Sequence[str]) -> list[str]:
        """A list of some of several words, at least one, none twice."""
        values: list[str] = self._take(key, list)
        if not values:
            self.fail(key, "must name at least one")
        for value in values:
            self._known(key, value, choices)
            if values.count(value) > 1:
                self.fail(key, f"names {value!r} twice")
        return values

    def texts(self, key: str) -> list[str]:
        """A list of words, none twice."""
        values: list[str] = self._take(key, list)
        for value in values:
            if not isinstance(value, str) or values.count(value) > 1:
                self.fail(key, f"must be a list of different words, not {value!r}")
        return values

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number within limits."""
        value: int = self._take(key, int)
        if not low <= value <= high:
            self.fail(key, f"must be from {low} to {high}, not {value}")
        return value

    def degrees(self, key: str, limit: int) -> float:
        """A latitude or longitude, with six decimals."""
        value = self._data.pop(key, None)
        if value is None:
            self.fail(key, "is missing")
        if type(value) not in (int, float) or not -limit <= value <= limit:
            self.fail(key, f"must be degrees from -{limit} to {limit}, not {value!r}")
        return round(float(value), 6)

    def flag(self, key: str) -> bool:
        """True or false; false where nothing is said."""
        return bool(self._take(key, bool)) if key in self else False

    def day(self, key: str) -> date:
        """A date without a time."""
        value: date = self._take(key, date)
        return value

    def names(self, key: str, own: str) -> dict[str, str]:
        """A name per language, from a table, or one name in the `own` language."""
        if isinstance(self._data.get(key), str):
            return {own: self.text(key)}
        table = self.table(key)
        names = {code: table.text(code) for code in CODES if code in table}
        table.done()
        if not names:
            self.fail(key, "must have a name in at least one language")
        return names

    def file(self, key: str) -> Path:
        """A file that is there, beside this one unless its path says otherwise."""
        path = self._file.parent / str(self._take(key, str))
        if not path.is_file():
            self.fail(key, f"there is no file {path}")
        return path

    def folder(self, key: str) -> Path:
        """A folder that is there, beside this file unless its path says otherwise."""
        path = self._file.parent / str(self._take(key, str))
        if not path.is_dir():
            self.fail(key, f"there is no folder {path}")
        return path

    def table(self, key: str) -> "Table":
        """A table within this one."""
        return Table(self._take(key, dict), self._file, f"{self._where}{key}.")

    def tables(self, key: str) -> list["Table"]:
        """An array of tables; none where nothing is said."""
        rows = self._take(key, list) if key in self else []
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict):
                self.fail(f"{key}[{number}]", "must be a table")
        return [Table(row, self._file, f"{self._where}{key}[{number}].") for number, row in enumerate(rows, start=1)]

    def _take(self, key: str, expected: type) -> Any:
        value = self._data.pop(key, None)
        if value is None:
            self.fail(key, "is missing")
        if type(value) is not expected:
            self.fail(key, f"must be {KINDS_OF_VALUE[expected]}")
        return value

    def _known(self, key: str, value: object, choices: Sequence[str]) -> None:
        if value not in choices:
            self.fail(key, f"must be one of {', '.join(choices)}, not {value!r}")


def _one_line(error: Exception) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else " ".join(str(error).split())
