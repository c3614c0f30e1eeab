"""Counting what the contributors of each side answered; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from participation.comparing.entries import Entry
from participation.questionnaire import Questionnaire

COMPARED = ("place_type", "reasons", "measures", "times_of_day", "comfort", "use")
"""The questions that are laid side by side, in this order."""
SCALES = ("comfort",)
"""Those whose answers have an order."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """A question put for a kind: the codes that are compared and, where these are groups, the answers in each."""

    kind: str
    question: str
    type: str
    codes: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]
    # Whether everybody who sends this kind has to answer it.
    required: bool = False

    @property
    def columns(self) -> dict[str, tuple[int, ...]]:
        """By the code of an answer, which columns count it: that of its group too."""
        if not self.parts:
            return {code: (number,) for number, code in enumerate(self.codes)}
        columns: dict[str, tuple[int, ...]] = {}
        for group, members in self.parts.items():
            for member in members:
                columns[member] = (self.codes.index(group), len(self.codes) + len(columns))
        return columns


def asked(questionnaire: Questionnaire, kinds: Sequence[str]) -> list[Asked]:
    """Everything that is compared, by kind; a question that a questionnaire does not have is left out."""
    known = {question.code: question for question in questionnaire.questions}
    return [
        _asked(questionnaire, kind, code)
        for kind in kinds
        for code in COMPARED
        if code in known and kind in known[code].kinds
    ]


def _asked(questionnaire: Questionnaire, kind: str, code: str) -> Asked:
    question, options = questionnaire.question(code), questionnaire.options_for(code, kind)
    kept = tuple(option.code for option in options)
    required = kind in question.required_for
    if code in SCALES or not all(option.group for option in options):
        return Asked(kind, code, "scale" if code in SCALES else question.type, kept, {}, required)
    parts: dict[str, tuple[str, ...]] = {}
    for option in options:
        parts[option.group or ""] = (*parts.get(option.group or "", ()), option.code)
    return Asked(kind, code, question.type, tuple(parts), parts, required)


@dataclass(frozen=True)
class Tally:
    """What C contributors on G sides answered to Q questions.

    `sides` (C) and `known` (C: whether it is a contributor, or an entry of nobody knows whom); `named` has for each
    question how many entries of each contributor named each of its columns (C x columns, groups first, then their
    parts), `answered` (C x Q) how many answered it at all, `put` (G x Q) to how many it was put.
    """

    questions: tuple[Asked, ...]
    sides: NDArray[np.int64]
    known: NDArray[np.bool_]
    named: tuple[Floats, ...]
    answered: Floats
    put: NDArray[np.int64]

    @property
    def number(self) -> int:
        """How many sides there are."""
        return len(self.put)


def tally(sides: Sequence[Sequence[Entry]], questions: Sequence[Asked]) -> Tally:
    """Count the entries of each side by contributor; one that is on two sides counts as two."""
    rows: dict[tuple[int, str], int] = {}
    known: list[bool] = []
    for side, entries in enumerate(sides):
        for entry in entries:
            if rows.setdefault((side, entry.sender), len(rows)) == len(known):
                known.append(entry.contributor is not None)
    named = [np.zeros((len(rows), len(one.codes) + sum(map(len, one.parts.values())))) for one in questions]
    answered = np.zeros((len(rows), len(questions)))
    put = np.zeros((len(sides), len(questions)), dtype=np.int64)
    by_kind = _by_kind(questions)
    for side, entries in enumerate(sides):
        for entry in entries:
            row = rows[side, entry.sender]
            for number, code, columns in by_kind.get(entry.kind, ()):
                put[side, number] += 1
                chosen = {column for answer in entry.answers.get(code, ()) for column in columns.get(answer, ())}
                if chosen:
                    answered[row, number] += 1
                    named[number][row, list(chosen)] += 1
    where = np.array([side for side, _ in rows], dtype=np.int64)
    return Tally(tuple(questions), where, np.array(known, dtype=bool), tuple(named), answered, put)


def _by_kind(questions: Sequence[Asked]) -> dict[str, list[tuple[int, str, dict[str, tuple[int, ...]]]]]:
    found: dict[str, list[tuple[int, str, dict[str, tuple[int, ...]]]]] = {}
    for number, one in enumerate(questions):
        found.setdefault(one.kind, []).append((number, one.question, one.columns))
    return found
