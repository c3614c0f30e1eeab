"""What programs read about a package: Frictionless Data Package 2 and CSV on the Web."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from participation import codebook
from participation.locales import CODES
from participation.services import export_readmes
from participation.services.export_contents import Content, Stamp
from participation.services.export_tables import Column

PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TABLE_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
# By type of column: how Frictionless and CSV on the Web both call it.
TYPES = {"number": "number", "integer": "integer", "moment": "datetime", "flag": "boolean"}
MEDIA_TYPES = {"csv": "text/csv", "geojson": "application/geo+json"}
BOUNDS = {"lat": (-90, 90), "lon": (-180, 180)}
# What identifies a row of a table.
KEYS = {"submissions": ["id"], "places": ["id"], "translations": ["id", "language"]}
# The last column of every CSV file, by which a cut-off one is known.
LAST = Column("file_rows", "integer")


@dataclass(frozen=True)
class Packed:
    """A file of a package: bytes, SHA-256, and line ends outside of cells."""

    size: int
    sha256: str
    lines: int


def datapackage(
    contents: Sequence[Content], packed: Mapping[str, Packed], *, stamp: Stamp, lang: str
) -> dict[str, Any]:
    """`datapackage.json`: every data file that was packed, tables with their schemas."""
    by_name = {content.name: content for content in contents}
    data = [name for name in packed if name.rpartition(".")[2] in MEDIA_TYPES]
    return {
        "$schema": PACKAGE_PROFILE,
        "name": f"{stamp.slug}-participation",
        "title": export_readmes.title(stamp, lang),
        "description": " ".join(export_readmes.texts(lang)["about"]["paragraphs"]),
        "homepage": stamp.address,
        "version": stamp.version,
        "created": stamp.moment,
        "contributors": [{"title": stamp.name(lang), "roles": ["publisher"]}],
        **_licences(stamp),
        "profile_of_data": stamp.profile,
        "filter": stamp.chosen,
        "resources": [_resource(name, packed[name], by_name, lang) for name in data],
    }


def _licences(stamp: Stamp) -> dict[str, Any]:
    if stamp.licence is None:
        return {}
    return {"licenses": [{"name": stamp.licence.code, "title": stamp.licence.name, "path": stamp.licence.address}]}


def _resource(file: str, packed: Packed, contents: Mapping[str, Content], lang: str) -> dict[str, Any]:
    name, _, kind = file.rpartition(".")
    is_table = kind == "csv"
    told = {
        "name": name if is_table else f"{name}-{kind}",
        "path": file,
        "title": export_readmes.table_title(name, lang),
        "format": kind,
        "mediatype": MEDIA_TYPES[kind],
        "encoding": "utf-8",
        "bytes": packed.size,
        "hash": f"sha256:{packed.sha256}",
    }
    if not is_table:
        return told
    dialect = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}
    return {**told, "type": "table", "dialect": dialect, "schema": _schema(contents[name], lang)}


def _schema(content: Content, lang: str) -> dict[str, Any]:
    fields = [_field(content.name, column, lang) for column in (*content.columns, LAST)]
    keys = {"primaryKey": KEYS[content.name]} if content.name in KEYS else {}
    return {"$schema": TABLE_PROFILE, "fields": fields, "missingValues": [""], **keys}


def _field(table: str, column: Column, lang: str) -> dict[str, Any]:
    codes = codebook.codes(column.name)
    constraints: dict[str, Any] = {"required": True} if column.name in KEYS.get(table, ()) else {}
    if column.type == "code" and codes:
        constraints["enum"] = list(codes)
    if column.type == "codes" and codes:
        constraints["pattern"] = _some_of(codes)
    if column.name in BOUNDS:
        constraints["minimum"], constraints["maximum"] = BOUNDS[column.name]
    told: dict[str, Any] = {"name": column.name, "title": _title(table, column, lang)}
    told |= {"type": TYPES.get(column.type, "string")}
    return {**told, "constraints": constraints} if constraints else told


def _title(table: str, column: Column, lang: str) -> str:
    if column == LAST:
        return str(export_readmes.texts(lang)[LAST.name])
    return export_readmes.column_title(table, column.name, lang)


def _one_of(codes: Iterable[str]) -> str:
    return "|".join(re.escape(code).replace(r"\-", "-") for code in codes)


def _some_of(codes: Iterable[str]) -> str:
    one = _one_of(codes)
    return rf"({one})(\|({one}))*"


def csvw(contents: Iterable[Content], *, stamp: Stamp, lang: str) -> dict[str, Any]:
    """`csv-metadata.json`: the same about the tables for programs that know CSV on the Web, titles in all languages."""
    licence = {"dc:license": {"@id": stamp.licence.address}} if stamp.licence else {}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": lang}],
        "dc:title": export_readmes.title(stamp, lang),
        "dc:publisher": stamp.name(lang),
        "dc:modified": stamp.moment,
        "dc:hasVersion": stamp.version,
        **licence,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "lineTerminators": ["\r\n"], "header": True},
        "tables": [_table(content) for content in contents],
    }


def _table(content: Content) -> dict[str, Any]:
    keys = {"primaryKey": KEYS[content.name]} if content.name in KEYS else {}
    titles = {lang: export_readmes.table_title(content.name, lang) for lang in CODES}
    columns = [_column(content.name, column) for column in (*content.columns, LAST)]
    told = [{"@value": title, "@language": lang} for lang, title in titles.items()]
    return {"url": f"{content.name}.csv", "dc:title": told, "tableSchema": {"columns": columns, **keys}}


def _column(table: str, column: Column) -> dict[str, Any]:
    # The head of the column is its name; the other titles are for people.
    titles = {"und": column.name} | {lang: _title(table, column, lang) for lang in CODES}
    told: dict[str, Any] = {"name": column.name, "titles": titles, "datatype": _datatype(column)}
    if column.type == "codes":
        told["separator"] = "|"
    if column.name in KEYS.get(table, ()):
        told["required"] = True
    return told


def _datatype(column: Column) -> str | dict[str, Any]:
    if column.name in BOUNDS:
        lowest, highest = BOUNDS[column.name]
        return {"base": "number", "minimum": lowest, "maximum": highest}
    codes = codebook.codes(column.name)
    if column.type in ("code", "codes") and codes:
        return {"base": "string", "format": _one_of(codes)}
    return TYPES.get(column.type, "string")
