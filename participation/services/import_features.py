"""The features of a GeoJSON file, one at a time, so that a large file does not become an even larger tree."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from participation.errors import Invalid

# Our own files have forty.
MAX_COLUMNS = 300
Cells = dict[str, str]
BLANK = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder()


def read(path: Path) -> Iterator[Cells | None]:
    """Each feature as the cells of a line; None for what is no feature with a point, or without any place.

    Raises Invalid where the file is no FeatureCollection.
    """
    try:
        for feature in _Reader(path.read_text(encoding="utf-8-sig")).features():
            yield _cells(feature)
    except UnicodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise Invalid("file_not_geojson") from error


class _Reader:
    """Goes through the text of a JSON object."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def features(self) -> Iterator[object]:
        """The items of `features` of the outermost object."""
        there = False
        self.take("{")
        while self.sign() != "}":
            key = self.value()
            self.take(":")
            if key == "features":
                there = True
                yield from self.items()
            else:
                self.value()
            if self.sign() != "}":
                self.take(",")
        self.take("}")
        if self.sign() or not there:
            raise ValueError("not a feature collection")

    def items(self) -> Iterator[object]:
        """The items of a list."""
        self.take("[")
        while self.sign() != "]":
            yield self.value()
            if self.sign() != "]":
                self.take(",")
        self.take("]")

    def sign(self) -> str:
        """The next sign that is no blank; nothing at the end."""
        blank = BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.text[self.at : self.at + 1]

    def take(self, sign: str) -> None:
        """Go past a sign that has to come now."""
        if self.sign() != sign:
            raise ValueError(f"no {sign} at {self.at}")
        self.at += 1

    def value(self) -> object:
        """Go past a value."""
        self.sign()
        value: object
        value, self.at = DECODER.raw_decode(self.text, self.at)
        return value


def _cells(feature: object) -> Cells | None:
    if not isinstance(feature, dict):
        return None
    given = feature.get("properties")
    cells = {str(key): _text(value) for key, value in given.items()} if isinstance(given, dict) else {}
    if isinstance(feature.get("id"), str | int):
        cells.setdefault("id", str(feature["id"]))
    match feature.get("geometry"):
        case None if cells:
            # RFC 7946 calls such a feature unlocated.
            return {"lat": "", "lon": ""} | {key: value for key, value in cells.items() if key not in ("lat", "lon")}
        case {"type": "Point", "coordinates": [float() | int() as lon, float() | int() as lat, *_]}:
            return cells | {"lat": _number(lat), "lon": _number(lon)}
    return None


def _number(value: float) -> str:
    # Python refuses to write out a number of thousands of digits; no position has so many.
    return str(value) if isinstance(value, float) or abs(value) < 10**20 else "inf"


def _text(value: object) -> str:
    """A property as the cell of a CSV would have it; a list of codes is joined as in our own files."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "|".join(value)
    return json.dumps(value, ensure_ascii=False)
