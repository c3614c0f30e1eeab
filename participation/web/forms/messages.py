"""The sentences for the problems that services find in forms."""

from collections.abc import Callable, Mapping

from flask_babel import gettext, ngettext

from participation.errors import Problem
from participation.web.plumbing.formats import named

Details = Mapping[str, object]


def message(problem: Problem) -> str:
    """What is wrong and how to mend it, in the person's language."""
    known = _SENTENCES.get(problem.code)
    return known(problem.details) if known else gettext("Please check this answer.")


def _number(details: Details, name: str) -> int:
    value = details.get(name)
    return value if isinstance(value, int) else 0


def _too_long(details: Details) -> str:
    over = _number(details, "length") - _number(details, "max")
    return ngettext(
        "Please shorten this by %(num)s character.", "Please shorten this by %(num)s characters.", max(over, 1)
    )


def _too_short(details: Details) -> str:
    least = _number(details, "min")
    return ngettext("Please write at least %(num)s character.", "Please write at least %(num)s characters.", least)


def _too_many(details: Details) -> str:
    most = _number(details, "max")
    return ngettext("Please choose at most %(num)s answer.", "Please choose at most %(num)s answers.", most)


def _outside(details: Details) -> str:
    partner = details.get("partner")
    if partner is not None:
        return gettext("This point lies in %(city)s. Please use the page of that city.", city=named(partner))
    return gettext("This point lies outside the city. Please choose a place inside the boundary.")


_SENTENCES: dict[str, Callable[[Details], str]] = {
    "required": lambda _: gettext("Please answer this question."),
    "unknown_code": lambda _: gettext("This answer is not on the list. Please choose again."),
    "not_asked": lambda _: gettext("This question does not belong to this kind of entry."),
    "too_many": _too_many,
    "too_long": _too_long,
    "too_short": _too_short,
    "where_required": lambda _: gettext("Please say where it is: on the map, from a list or in words."),
    "not_a_point": lambda _: gettext("This is not a position. Please choose the place again."),
    "untouched": lambda _: gettext("Please move the map to the place you mean."),
    "outside": _outside,
}
