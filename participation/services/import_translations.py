"""The translations in a file of ours: a text and its kind in two columns for each language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from participation.errors import Problem
from participation.locales import CODES
from participation.models.translations import TRANSLATION_MAX
from participation.text import clean_text

# What the kind of a text says of its translation: who made it, and whether somebody has read it.
KINDS = {"human": ("human", True), "machine_reviewed": ("machine", True), "machine": ("machine", False)}
COLUMNS = tuple(name for lang in CODES for name in (f"text_{lang}", f"text_{lang}_kind"))


def of_row(cells: Mapping[str, str], problems: dict[str, Problem]) -> dict[str, tuple[str, str]]:
    """Kind and text by language, of what is a translation; the text in its own language is none."""
    found = {}
    for lang in CODES:
        kind, text = cells.get(f"text_{lang}_kind", ""), clean_text(cells.get(f"text_{lang}", ""))
        if kind not in KINDS or not text or not cells.get("text"):
            continue
        if len(text) > TRANSLATION_MAX:
            problems[f"text_{lang}"] = Problem("too_long", {"max": TRANSLATION_MAX, "length": len(text)})
        found[lang] = (kind, text)
    return found


def rows(submission_id: UUID, found: Mapping[str, tuple[str, str]], now: datetime) -> Sequence[dict[str, Any]]:
    """As they are stored; a file does not say which machine it was, nor when."""
    made = []
    for lang, (kind, text) in found.items():
        method, reviewed = KINDS[kind]
        values = {"submission_id": submission_id, "lang": lang, "text": text, "at": now}
        made.append(values | {"method": method, "reviewed": reviewed, "provider": None})
    return made
