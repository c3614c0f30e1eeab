"""Questionnaires: what is asked, in which words, and whether answers fit. Pure: no database, no request.

A questionnaire is one TOML file in `questionnaires/`, named after its version. Codes are stored and exported
and never change their meaning; labels are only for people.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from participation import locales

KINDS = ("heat_island", "climate_oasis", "idea", "feedback")
TYPES = ("single", "multi", "text")
PROFILES = ("public", "internal")
FOLDER = Path(__file__).parent / "questionnaires"

Labels = Mapping[str, str]
"""One wording per language code."""


@dataclass(frozen=True)
class Kind:
    """What a submission can be; `hint` explains the term in a few words."""

    code: str
    label: Labels
    hint: Labels | None


@dataclass(frozen=True)
class Option:
    """One answer to choose; `kinds` are those it is offered for, `group` bundles options in reports."""

    code: str
    label: Labels
    kinds: tuple[str, ...]
    group: str | None


@dataclass(frozen=True)
class Question:
    """One question; `code` is its form field and its column in exports. Lengths count Unicode code points."""

    code: str
    type: str
    kinds: tuple[str, ...]
    required_for: tuple[str, ...]
    profile: str
    label: Labels
    label_for: Mapping[str, Labels]
    hint: Labels | None
    options: tuple[Option, ...]
    max_choices: int | None
    min_length_for: Mapping[str, int]
    max_length: int | None


_Coded = TypeVar("_Coded", Kind, Option, Question)


def _by_code(things: tuple[_Coded, ...], code: str) -> _Coded:
    for thing in things:
        if thing.code == code:
            return thing
    raise KeyError(code)


@dataclass(frozen=True)
class Questionnaire:
    """All questions of one version, as ordered on the form. Unknown codes and languages raise KeyError."""

    version: str
    kinds: tuple[Kind, ...]
    questions: tuple[Question, ...]

    def questions_for(self, kind: str) -> tuple[Question, ...]:
        """What is asked for this kind, in order."""
        return tuple(question for question in self.questions if kind in question.kinds)

    def question(self, code: str) -> Question:
        """The question stored and exported under this code."""
        return _by_code(self.questions, code)

    def options_for(self, question_code: str, kind: str) -> tuple[Option, ...]:
        """The answers offered for this kind, in order; none for a text or where the question is not asked."""
        return tuple(option for option in self.question(question_code).options if kind in option.kinds)

    def label(self, question_code: str, option_code: str, lang: str) -> str:
        """The wording of an answer."""
        return _by_code(self.question(question_code).options, option_code).label[lang]

    def question_label(self, question_code: str, kind: str | None, lang: str) -> str:
        """The question as put to a person; without a kind, the wording that fits all of them."""
        question = self.question(question_code)
        return (question.label_for.get(kind, question.label) if kind else question.label)[lang]

    def question_hint(self, question_code: str, lang: str) -> str | None:
        """One more line for the person answering, if there is one."""
        hint = self.question(question_code).hint
        return hint[lang] if hint else None

    def kind_label(self, kind: str, lang: str) -> str:
        """The short name of a kind, such as “Heat island”."""
        return _by_code(self.kinds, kind).label[lang]

    def kind_hint(self, kind: str, lang: str) -> str | None:
        """The kind in plain words, such as “hot spot”."""
        hint = _by_code(self.kinds, kind).hint
        return hint[lang] if hint else None


@cache
def versions() -> tuple[str, ...]:
    """The versions there are, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load(version: str) -> Questionnaire:
    """The questionnaire of this version; KeyError if there is none."""
    if version not in versions():
        raise KeyError(version)
    return read(FOLDER / f"{version}.toml")


def read(path: Path) -> Questionnaire:
    """Read one file; ValueError in one line with file and place if a thing is missing, double or misspelt."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    top = _Table(data, path.name)
    if top.take("version", str) != path.stem:
        top.fail("version must be the name of the file")
    kinds = tuple(_kind(code, table) for code, table in top.tables("kinds", "kind"))
    offered = tuple(kind.code for kind in kinds)
    questions = tuple(_question(code, table, offered) for code, table in top.tables("questions", "question"))
    top.refuse_the_rest()
    return Questionnaire(path.stem, kinds, questions)


class _Table:
    """One TOML table and where it stands. Keys are taken out one by one, so misspelt ones are left over."""

    def __init__(self, data: dict[str, Any], where: str) -> None:
        self.data = data
        self.where = where

    def fail(self, what: str) -> NoReturn:
        raise ValueError(f"{self.where}: {what}")

    def take(self, key: str, expected: type) -> Any:
        value = self.data.pop(key, None)
        if type(value) is not expected:
            self.fail(f"{key} is missing" if value is None else f"{key} must be a {expected.__name__}")
        return value

    def refuse_the_rest(self) -> None:
        if self.data:
            self.fail(f"unknown key {min(self.data)!r}")

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value: str = self.take(key, str)
        if value not in allowed:
            self.fail(f"unknown {key} {value!r}")
        return value

    def some_of(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        values = self.take(key, list)
        for value in values:
            if value not in allowed or values.count(value) > 1:
                self.fail(f"{key}: {value!r} is unknown or there twice")
        return tuple(values)

    def number(self, key: str) -> int | None:
        if key not in self.data:
            return None
        value: int = self.take(key, int)
        if value < 1:
            self.fail(f"{key} must be at least 1")
        return value

    def labels(self, key: str) -> Labels:
        """A wording in every language offered; one in preparation may be there already."""
        labels: dict[str, str] = self.take(key, dict)
        for lang in (*locales.CODES, *labels):
            if not isinstance(labels.get(lang), str) or not labels[lang].strip():
                self.fail(f"{key} is missing in {lang}")
        return labels

    def table(self, key: str) -> "_Table":
        return _Table(self.take(key, dict) if key in self.data else {}, f"{self.where}: {key}")

    def tables(self, key: str, name: str) -> Iterator[tuple[str, "_Table"]]:
        """Each table of an array with its code, which no other one of the array may have."""
        seen: set[str] = set()
        for number, data in enumerate(self.take(key, list), 1):
            if not isinstance(data, dict):
                self.fail(f"{name} {number} must be a table")
            code = _Table(data, f"{self.where}: {name} {number}").take("code", str)
            table = _Table(data, f"{self.where}: {name} {code!r}")
            if code in seen or not re.fullmatch("-?[a-z0-9_]+", code):
                table.fail("code is there twice" if code in seen else "code may have a-z, 0-9 and _ only")
            seen.add(code)
            yield code, table


def _kind(code: str, table: _Table) -> Kind:
    if code not in KINDS:
        table.fail("unknown kind")
    kind = Kind(code, label=table.labels("label"), hint=_hint(table))
    table.refuse_the_rest()
    return kind


def _hint(table: _Table) -> Labels | None:
    return table.labels("hint") if "hint" in table.data else None


def _question(code: str, table: _Table, offered: tuple[str, ...]) -> Question:
    kinds = table.some_of("kinds", offered)
    if not kinds:
        table.fail("kinds is empty")
    label_for, min_length_for = table.table("label_for"), table.table("min_length_for")
    question = Question(
        code=code,
        type=table.one_of("type", TYPES),
        kinds=kinds,
        required_for=table.some_of("required_for", kinds),
        profile=table.one_of("profile", PROFILES),
        label=table.labels("label"),
        label_for={kind: label_for.labels(kind) for kind in kinds if kind in label_for.data},
        hint=_hint(table),
        options=_options(table, kinds),
        max_choices=table.number("max_choices"),
        min_length_for={kind: number for kind in kinds if (number := min_length_for.number(kind))},
        max_length=table.number("max_length"),
    )
    for read_to_the_end in (label_for, min_length_for, table):
        read_to_the_end.refuse_the_rest()
    _refuse_misfits(question, table)
    return question


def _options(table: _Table, kinds: tuple[str, ...]) -> tuple[Option, ...]:
    options = []
    for code, row in table.tables("options", "option") if "options" in table.data else ():
        label = row.labels("label")
        offered_for = row.some_of("kinds", kinds) if "kinds" in row.data else kinds
        group = row.take("group", str) if "group" in row.data else None
        row.refuse_the_rest()
        options.append(Option(code, label, offered_for, group))
    return tuple(options)


def _refuse_misfits(question: Question, table: _Table) -> None:
    """Settings that another type of question would need, or that leave somebody without an answer to give."""
    is_text = question.type == "text"
    if is_text != bool(question.max_length):
        table.fail("max_length belongs to every text question, and to no other")
    if question.min_length_for and not is_text:
        table.fail("min_length_for belongs to text questions only")
    if question.max_choices and question.type != "multi":
        table.fail("max_choices belongs to multi questions only")
    for kind in question.kinds:
        if is_text == any(kind in option.kinds for option in question.options):
            table.fail(f"options for {kind} are missing, or given for a text")
