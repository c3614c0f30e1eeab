"""The numbers behind the figures of a comparison, as tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from participation.comparison_figures import Question, Row, Scale, Share
from participation.web.plumbing.comparison_words import Naming, answer_label, decimal, points, span
from participation.web.plumbing.formats import number, percent
from participation.web.plumbing.locale import lang

LEAST_P = 0.001
FEWEST_ANSWERS = 10


@dataclass(frozen=True)
class Table:
    """The numbers behind a figure, as they are said."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def p_value(value: float | None) -> str:
    """A probability with three decimals, never "0"."""
    if value is None:
        return "–"
    return gettext("below %(least)s", least=number(LEAST_P)) if value < LEAST_P else number(round(value, 3))


def of_question(question: Question, rows: Sequence[Row], naming: Naming) -> Table:
    """The answers of a question with the test of each; a group of answers is followed by its parts.

    Shown is q, which knows of all the tests there are; p by itself is in the files.
    """
    lines: list[tuple[str, ...]] = []
    for row in rows:
        label = answer_label(naming, question.question, row.code)
        tested = (p_value(row.q), _effect(row.effect), verdict(row.verdict, row.gate))
        lines.append((label, *_cells(row.shares), *_difference(row, naming), *tested))
        for part in row.parts:
            inner = naming.questionnaire.label(question.question, part.code, lang())
            blank = ("",) * (len(_difference(row, naming)) + len(tested))
            lines.append((f"– {inner}", *_cells(part.shares), *blank))
    difference = (gettext("Difference in points"),) if len(naming.sides) == 2 else ()
    return Table((gettext("Answer"), *_heads(naming), *difference, "q", "V", gettext("Finding")), tuple(lines))


def _heads(naming: Naming) -> Iterator[str]:
    for side in naming.sides:
        yield gettext("%(side)s: answers", side=side)
        yield gettext("%(side)s: share", side=side)


def _cells(shares: Sequence[Share]) -> Iterator[str]:
    for share in shares:
        yield gettext("%(count)s of %(n)s", count=number(share.count), n=number(share.n))
        known = share.share is not None and share.interval is not None
        yield f"{percent(share.share)} {span(share.interval, percent)}" if known else "–"  # type: ignore[arg-type]


def _difference(row: Row, naming: Naming) -> tuple[str, ...]:
    if len(naming.sides) != 2:
        return ()
    if row.difference is None:
        return ("–",)
    between = f" {span(row.difference_interval, _signed)}" if row.difference_interval else ""
    return (_signed(row.difference) + between,)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "−" if value < 0 else "") + points(value)


def of_scale(question: Question, scale: Scale, naming: Naming) -> Table:
    """The steps of a question that has an order, and the one test of all of them."""
    lines = [
        (
            answer_label(naming, question.question, code),
            *(
                said
                for side in scale.counts
                for said in (
                    number(side[step]),
                    percent(side[step] / sum(side)) if sum(side) >= FEWEST_ANSWERS else "–",
                )
            ),
        )
        for step, code in enumerate(scale.steps)
    ]
    blank = ("",) * (2 * len(naming.sides) - 1)
    lines.append(("q", p_value(scale.q), *blank))
    if scale.effect is not None:
        between = f" {span(scale.effect_interval)}" if scale.effect_interval else ""
        lines.append((gettext("Cliff’s delta"), decimal(scale.effect) + between, *blank))
    lines.append((gettext("Finding"), verdict(scale.verdict, scale.gate), *blank))
    return Table((gettext("Answer"), *_heads(naming)), tuple(lines))


def verdict(code: str, gate: str | None) -> str:
    """A finding in a word or two, for tables."""
    if gate == "not_asked":
        return gettext("not asked")
    return {
        "differs": gettext("differs"),
        "alike": gettext("alike"),
        "not_shown": gettext("no difference shown"),
        "cannot_say": gettext("cannot be said"),
    }[code]


def _effect(value: float | None) -> str:
    return decimal(value) if value is not None else "–"
