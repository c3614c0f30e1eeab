"""The codebook: every column and every code of the downloads, with what they mean in all languages."""

from collections.abc import Iterator
from typing import Any

from participation import codebook
from participation.locales import CODES
from participation.questionnaire import Labels, Question, load, versions
from participation.services import export_readmes
from participation.services.export_descriptions import LAST
from participation.services.export_tables import TABLES, Column, Table

SEPARATOR = "|"


def rows() -> Iterator[dict[str, Any]]:
    """First each column of each table, then its codes; those of a questionnaire once for each of its versions.

    After the columns of a table come those that its files may have beside them.
    """
    for table in TABLES.values():
        for column in table.columns:
            yield _row(table.name, column, "", codebook.field(table.name, column.name))
            yield from _codes(table.name, column)
        yield from _beside(table)


def _beside(table: Table) -> Iterator[dict[str, Any]]:
    for column in table.columns:
        if codebook.codes(column.name):
            worded = Column(f"{column.name}_label", "text")
            yield _row(table.name, worded, "", codebook.field_in_words(table.name, column.name))
    yield _row(table.name, LAST, "", {lang: export_readmes.texts(lang)[LAST.name] for lang in CODES})


def _codes(table: str, column: Column) -> Iterator[dict[str, Any]]:
    asked = [(version, question) for version in versions() for question in load(version).questions]
    found = [(version, question) for version, question in asked if question.code == column.name and question.options]
    for version, question in found:
        yield from _answers(table, column, question, version)
    if not found:
        for code, labels in codebook.codes(column.name).items():
            yield _row(table, column, code, labels)


def _answers(table: str, column: Column, question: Question, version: str) -> Iterator[dict[str, Any]]:
    for option in question.options:
        kinds = SEPARATOR.join(sorted(option.kinds))
        yield _row(table, column, option.code, option.label) | {"questionnaire_version": version, "kinds": kinds}


def _row(table: str, column: Column, code: str, labels: Labels) -> dict[str, Any]:
    row = {"table": table, "field": column.name, "code": code or None, "type": column.type}
    return row | dict.fromkeys(("questionnaire_version", "kinds")) | {lang: labels[lang] for lang in CODES}
