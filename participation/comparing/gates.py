"""What may be shown and tested at all, and what a test allows to say; pure."""

import numpy as np

from participation.comparing.tallies import Tally
from participation.comparison_figures import Interval

CONTRIBUTORS = 30
"""With fewer of them on a side, whatever they answered, answers are described and not tested."""
ANSWERS = 10
"""Of fewer there is no percentage."""
EXPECTED = 5
"""Where fewer are to be expected on a side to name an answer, or to leave it out, it is not tested."""
UNKNOWN = 0.1
"""With a larger share of entries of which nobody knows who sent them, nothing is tested."""
SHOWN = 5
"""Of fewer contributors it is not said how many they are."""
ALPHA = 0.03
"""The share of false claims among those about answers in one comparison; below five in a hundred because of taking
part, and because exchanging few people who sent very different numbers of entries is only nearly exact."""
REQUIRED_WEIGHT = 4
"""Answers to questions that everybody had to answer weigh so much more in the correction: for them cities compare."""
TURNOUT_ALPHA = 0.01
"""The same for taking part, which is one test: together they stay at five in a hundred."""
MARGIN = 0.1
"""Shares that surely differ by less count as alike."""
MARGIN_OF_DELTA = 0.147
"""The same for answers on a scale: below it an effect is called negligible."""


def of_question(tally: Tally, number: int) -> str | None:
    """Why a question is not tested, None where it is."""
    n = by_side(tally, tally.answered[:, number])
    people = by_side(tally, tally.known)
    unknown = by_side(tally, np.where(tally.known, 0.0, tally.answered[:, number]))
    if n.sum() == 0:
        return "not_asked"
    if n.min() < ANSWERS:
        return "few_answers"
    if (unknown > UNKNOWN * n).any():
        return "unknown_contributors"
    return "few_contributors" if people.min() < CONTRIBUTORS else None


def of_option(tally: Tally, number: int, column: int) -> str | None:
    """Why an answer is not tested although its question is: hardly any difference of so few could show.

    Looks at all sides together only, so that it says nothing about a difference.
    """
    answered = by_side(tally, tally.answered[:, number])
    share = tally.named[number][:, column].sum() / answered.sum()
    return "rarely_named" if min(share, 1 - share) * answered.min() < EXPECTED else None


def verdict(q: float | None, interval: Interval | None, margin: float, alpha: float = ALPHA) -> str:
    """What may be said of a difference with this q and interval; see comparison_figures.VERDICTS."""
    if q is None:
        return "cannot_say"
    if q <= alpha:
        return "differs"
    if interval is None or interval.high is None:
        return "not_shown"
    return "alike" if -margin < interval.low and interval.high < margin else "not_shown"


def by_side(tally: Tally, values: np.ndarray) -> np.ndarray:
    """The sum of one value per contributor on each side."""
    return np.bincount(tally.sides, weights=values.astype(np.float64), minlength=tally.number)
