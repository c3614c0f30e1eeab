"""The words that sentences, charts and tables of a comparison share: names, labels, numbers with their intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import gettext

from participation.comparison_figures import Interval
from participation.questionnaire import Questionnaire
from participation.web.plumbing.formats import number, percent
from participation.web.plumbing.locale import lang, locale

NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Naming:
    """How a comparison is put into words: its questions, and what each side is called; of `seasons` a campaign."""

    questionnaire: Questionnaire
    sides: tuple[str, ...]
    margin: float
    seasons: bool = False


def answer_label(naming: Naming, question: str, code: str) -> str:
    """An answer as people read it, or what a group of measures is called."""
    groups = _measure_groups(lang())
    if question == "measures" and code in groups:
        return groups[code]
    try:
        return naming.questionnaire.label(question, code, lang())
    except KeyError:
        return groups.get(code, code)


def gate_sentence(gate: str | None) -> str:
    """Why nothing is tested."""
    known = _GATES.get(gate or "")
    return known() if known else gettext("This only describes; nothing is tested.")


def count_of(value: int) -> str:
    """How many answers stand behind a share: "n = 200", never broken over two lines."""
    return f"n{NO_BREAK}={NO_BREAK}{number(value)}"


def points(value: float) -> str:
    """A share as percentage points: 10."""
    return number(round(abs(value) * 100))


def decimal(value: float) -> str:
    """A rate, a ratio or an effect, with two digits behind the point."""
    return format_decimal(value, format="#,##0.00", locale=lang())


def span(interval: Interval, said: Callable[[float], str] = decimal) -> str:
    """An interval in square brackets."""
    high = said(interval.high) if interval.high is not None else "∞"
    return f"[{said(interval.low)};{NO_BREAK}{high}]"


def share_of(value: float | None, count: int, n: int) -> str:
    """A share in percent, or in words where the answers are too few for one."""
    if value is None:
        return gettext("%(count)s of %(n)s", count=number(count), n=number(n))
    return percent(value)


def listed(parts: Sequence[str]) -> str:
    """Names or figures in a row, as the language joins them."""
    return format_list(list(parts), locale=locale())


@cache
def _measure_groups(_code: str) -> Mapping[str, str]:
    """In the language of the request, which is that of the code."""
    return {
        "green": gettext("Green: trees, plants, open ground"),
        "white": gettext("White: light surfaces"),
        "blue": gettext("Blue: water"),
        "shade": gettext("Shade: roofs, sails, shaded seats"),
        "social": gettext("Cool rooms for everybody"),
        "oasis": gettext("Keeping what is cool"),
        "other": gettext("Other measures"),
    }


_GATES: dict[str, Callable[[], str]] = {
    "few_contributors": lambda: gettext("Fewer than thirty people answered on one side: this only describes."),
    "few_answers": lambda: gettext("There are fewer than ten answers on one side: too few even for a percentage."),
    "rarely_named": lambda: gettext("Too few people named this answer, or left it out, for a difference to show."),
    "unknown_contributors": lambda: gettext(
        "Of too many entries it is not known whether they come from the same person: nothing is tested."
    ),
    "not_asked": lambda: gettext("Nobody answered this question on one side."),
}
