"""The figures of a comparison: sides, shares, tests and what they allow to say; the shape only, pure.

Shares, differences and effects are fractions (0.6, not 60), dates are ISO 8601, intervals are of 95 %.
"""

from dataclasses import dataclass

GATES = ("few_contributors", "few_answers", "rarely_named", "unknown_contributors", "not_asked")
"""Why there is no test: fewer than thirty contributors or ten answers on a side; fewer than five to be expected on a
side to name an answer or to leave it out; too many entries of a side of nobody knows whom; nobody answered at all."""
VERDICTS = ("differs", "alike", "not_shown", "cannot_say")
"""A difference larger than chance would explain; surely within the margin; neither; not tested, see the gate."""


@dataclass(frozen=True)
class Interval:
    """From where to where; `high` is None where there is no upper end."""

    low: float
    high: float | None


@dataclass(frozen=True)
class Rate:
    """A count for 10,000 residents, with its exact Poisson interval."""

    count: int
    population: int
    per_10000: float
    interval: Interval


@dataclass(frozen=True)
class Side:
    """What stands on one side of a comparison: a city in a campaign, with what of it lies in the common period."""

    city: str
    campaign: str
    submissions: int
    contributors: int
    left_out: int


@dataclass(frozen=True)
class Share:
    """How many of `n` entries gave an answer, and of how many contributors they are, unless those are one to four.

    `share` and `interval` are None where `n` is below ten. The interval is Wilson's, widened by the design effect of
    the question, because several entries of one person are not as much as entries of several.
    """

    count: int
    n: int
    contributors: int | None
    share: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Part:
    """One answer within a group of answers: shown, not tested."""

    code: str
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Row:
    """One answer (or one group of answers) side by side; `shares` are in the order of the sides.

    `p` comes from exchanging contributors between the sides, `p_independent` from the test that takes every entry for
    one of another person (`test_independent`), `q` is `p` corrected over the whole comparison. `difference` is the
    first side minus the second, None for more than two sides; `effect` is Cramér's V.
    """

    code: str
    shares: tuple[Share, ...]
    gate: str | None
    verdict: str
    p: float | None
    q: float | None
    p_independent: float | None
    test_independent: str | None
    difference: float | None
    difference_interval: Interval | None
    effect: float | None
    effect_size: str | None
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Scale:
    """A question whose answers have an order: how often each step was chosen and the median step, by side.

    `steps` are codes in their order; `counts` has a tuple per side. `effect` is Cliff's delta, above zero where the
    first side chose later steps, None for more than two sides. `one_language` is False where the sides mostly wrote in
    different languages, in which the steps may not mean the same.
    """

    steps: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    medians: tuple[str | None, ...]
    gate: str | None
    verdict: str
    p: float | None
    q: float | None
    p_independent: float | None
    test_independent: str | None
    effect: float | None
    effect_interval: Interval | None
    effect_size: str | None
    one_language: bool


@dataclass(frozen=True)
class Answers:
    """How many entries of a side answered a question at all, and how much their clustering costs (1: nothing)."""

    asked: int
    n: int
    contributors: int
    design_effect: float


@dataclass(frozen=True)
class Question:
    """One question for one kind; `rows` begin with the largest difference and are empty for a scale."""

    kind: str
    question: str
    type: str
    answers: tuple[Answers, ...]
    gate: str | None
    rows: tuple[Row, ...]
    scale: Scale | None


@dataclass(frozen=True)
class RateRatio:
    """The rate of the first side divided by that of the second; `ratio` is None where the second is zero.

    `p` is None and the verdict `cannot_say` where nothing was tested.
    """

    ratio: float | None
    interval: Interval
    p: float | None
    verdict: str


@dataclass(frozen=True)
class Turnout:
    """Taking part, by residents: of cities over the whole campaign, of two campaigns in their common days.

    `rates` are those of the contributors of each side. Only contributors are tested; entries are clustered in people,
    so their interval is widened by `design_effect`.
    """

    gate: str | None
    rates: tuple[Rate, ...]
    contributors: RateRatio
    submissions: RateRatio
    design_effect: float


@dataclass(frozen=True)
class Sentence:
    """One thing to say: `about` is `turnout`, `option`, `scale` or `question`.

    `numbers` has one entry per side, in their order. `gate` says why something cannot be said. For `turnout` a number's
    `count` is contributors, `n` residents and `value` per 10,000 of these, for `option` `value` is the share, for
    `scale` `code` is the median step and the difference is Cliff's delta, for `question` `n` were asked and `count`
    answered.
    """

    verdict: str
    about: str
    kind: str | None
    question: str | None
    option: str | None
    gate: str | None
    numbers: tuple["Number", ...]
    p: float | None
    q: float | None
    difference: float | None
    difference_interval: Interval | None


@dataclass(frozen=True)
class Number:
    """What a sentence says of one side."""

    count: int
    n: int
    contributors: int | None
    value: float | None
    code: str | None


@dataclass(frozen=True)
class Comparison:
    """Sides measured by the same questions in a period they have in common.

    `tests` is how many p values were corrected together. `turnout` is there for two sides only. The period is None
    where the sides have none in common; for two campaigns it is that of the later one, compared with the same days of
    the earlier year.
    """

    sides: tuple[Side, ...]
    first: str | None
    last: str | None
    tests: int
    turnout: Turnout | None
    questions: tuple[Question, ...]
    sentences: tuple[Sentence, ...]
