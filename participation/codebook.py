"""What columns and codes of the downloads mean, in every language; pure.

Questions and answers have their labels in the questionnaires, everything else in `codebook.toml`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from participation.locales import CODES
from participation.questionnaire import Labels, Question, load, versions

FILE = Path(__file__).with_name("codebook.toml")


def field(table: str, name: str) -> Labels:
    """What a column is called, by language; for a question it is the wording that fits all kinds."""
    own: Labels | None = _file()["fields"][table].get(name)
    return own or next(question.label for question in reversed(_questions()) if question.code == name)


def field_in_words(table: str, name: str) -> Labels:
    """What the column is called that holds the words for the codes of another."""
    called = field(table, name)
    return {lang: said.format(column=called[lang]) for lang, said in _file()["in_words"]["label"].items()}


@cache
def codes(name: str) -> Mapping[str, Labels]:
    """The codes that a column can have and what they mean; none for a column without a list of codes.

    A code keeps its meaning in all versions of the questionnaire: the newest wording counts.
    """
    listed = _file()["lists"].get(name)
    if listed:
        own: Mapping[str, Labels] = _file()["codes"][listed]
        return own
    if name == "kind":
        return {kind.code: kind.label for version in versions() for kind in load(version).kinds}
    asked = (question for question in _questions() if question.code == name)
    return {option.code: option.label for question in asked for option in question.options}


def label(name: str, code: str, lang: str) -> str:
    """A code in words; one that nobody knows stays as it is."""
    return codes(name).get(code, dict.fromkeys(CODES, code))[lang]


def _questions() -> list[Question]:
    return [question for version in versions() for question in load(version).questions]


@cache
def _file() -> Mapping[str, Any]:
    with FILE.open("rb") as opened:
        return tomllib.load(opened)
