"""Files of ours in words: heads and answers in any language become the names and codes again that everything knows."""

from collections.abc import Mapping
from functools import cache

from participation import codebook
from participation.locales import CODES
from participation.services.export_tables import SUBMISSIONS

# A sheet with these columns has entries.
OWN = {"id", "kind", "lat", "lon"}
SEPARATOR = "|"


def names(heads: tuple[str, ...]) -> tuple[str, ...]:
    """The heads of a sheet; where they are the titles of our columns in a language, the names of these columns."""
    # With codes and words, the words have titles beside the names.
    for lang in CODES if not set(heads) >= OWN else ():
        titles = _titles(lang)
        found = tuple(titles.get(head, head) for head in heads)
        if set(found) >= OWN:
            return found
    return heads


def codes(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells of a row of ours with codes instead of words; what is neither stays, for others to refuse."""
    return {name: _code(name, cell) if cell and name in _coded() else cell for name, cell in cells.items()}


def _code(name: str, cell: str) -> str:
    known = _known(name)
    return SEPARATOR.join(known.get(part.strip(), part.strip()) for part in cell.split(SEPARATOR))


@cache
def _titles(lang: str) -> Mapping[str, str]:
    return {codebook.field(SUBMISSIONS.name, column.name)[lang]: column.name for column in SUBMISSIONS.columns}


@cache
def _coded() -> frozenset[str]:
    return frozenset(column.name for column in SUBMISSIONS.columns if codebook.codes(column.name))


@cache
def _known(name: str) -> Mapping[str, str]:
    """Each word for a code, in all languages; no word stands for two codes, nor is it another code."""
    return {label: code for code, labels in codebook.codes(name).items() for label in labels.values()}
