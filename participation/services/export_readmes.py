"""The read-me of a download, in every language."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from participation import codebook
from participation.services.export_contents import Stamp

FOLDER = Path(__file__).resolve().parents[1] / "readmes"


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    paragraphs: tuple[str, ...]


@cache
def texts(lang: str) -> Mapping[str, Any]:
    """Everything that is said in one language."""
    return tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))


def title(stamp: Stamp, lang: str) -> str:
    """What the file is called for people."""
    said: str = texts(lang)["title"]
    return said.format(city=stamp.name(lang))


def table_title(table: str, lang: str) -> str:
    """How a table is called for people."""
    said: str = texts(lang)["tables"][table]
    return said


def column_title(table: str, column: str, lang: str) -> str:
    """How a column is called for people; one with the words for codes is called like that of the codes."""
    return codebook.field(table, column.removesuffix("_label"))[lang]


def facts(stamp: Stamp, lang: str) -> list[tuple[str, str]]:
    """City, version, time, extent and selection, each with its name."""
    names = texts(lang)["facts"]
    return [
        (names["city"], stamp.name(lang)),
        (names["version"], stamp.version),
        (names["made"], stamp.moment),
        (names["profile"], names[stamp.profile]),
        (names["filter"], stamp.chosen or names["everything"]),
    ]


def credit(stamp: Stamp, lang: str) -> str:
    """How the source is named; nothing for internal files."""
    if stamp.licence is None:
        return ""
    said: str = texts(lang)["credit"]
    return said.format(city=stamp.name(lang), version=stamp.version, licence=stamp.licence.name)


def sections(stamp: Stamp, lang: str, *, kind: str) -> Iterator[Section]:
    """The read-me of a `package` of files or of a `workbook`."""
    said = texts(lang)
    for part in ("about", stamp.profile, kind, *(["check"] if kind == "package" else [])):
        yield Section(said[part]["heading"], tuple(said[part]["paragraphs"]))
    yield Section(said["licence"], tuple(licence_lines(stamp, lang)))


def licence_lines(stamp: Stamp, lang: str) -> list[str]:
    """Under which licence the file stands and how its source is named."""
    said = texts(lang)
    if stamp.licence is None:
        return [said["internal_licence"]]
    return [f"{stamp.licence.name} ({stamp.licence.address})", said["cite"], credit(stamp, lang)]


def plain(stamp: Stamp, lang: str, *, files: list[tuple[str, str, int]]) -> str:
    """The read-me of a package as plain text; `files` are their names, their tables and how many rows they have."""
    said = texts(lang)
    lines = [title(stamp, lang), "=" * len(title(stamp, lang)), ""]
    lines += [said["pair"].format(name=name, value=value) for name, value in facts(stamp, lang)]
    lines += [
        "",
        *(said["file"].format(name=name, table=table_title(table, lang), count=n) for name, table, n in files),
    ]
    for section in sections(stamp, lang, kind="package"):
        lines += ["", section.heading, "-" * len(section.heading), "", "\n\n".join(section.paragraphs)]
    return "\n".join(lines) + "\n"
