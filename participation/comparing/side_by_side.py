"""Answers side by side: shares with their intervals, tests by contributors corrected over all of them; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from participation.comparing import gates, resampling, statistics
from participation.comparing.intervals import Intervals, intervals
from participation.comparing.rounding import rounded
from participation.comparing.tallies import Floats, Tally
from participation.comparison_figures import Answers, Interval, Part, Question, Row, Scale, Share


@dataclass(frozen=True)
class Target:
    """What one test is about: a column of a question, or all steps of a scale (no column)."""

    number: int
    column: int | None


@dataclass(frozen=True)
class Effort:
    """With which seed, and how often, contributors are exchanged and drawn anew."""

    seed: int
    permutations: int = resampling.PERMUTATIONS
    resamples: int = resampling.RESAMPLES
    progress: resampling.Progress | None = None


@dataclass(frozen=True)
class Tested:
    """The p and q of a test and, for two sides, the interval of the difference; all None where nothing was tested."""

    p: float | None = None
    q: float | None = None
    interval: Interval | None = None
    # For tests of independence that draw tables.
    seed: int = 0


UNTESTED = Tested()


def questions(tally: Tally, *, effort: Effort, one_language: bool = True) -> tuple[tuple[Question, ...], int]:
    """All questions that somebody answered, and how many tests were corrected together.

    `one_language` says whether the sides mostly write the same language; the steps of a scale may not mean the same in
    two.
    """
    tested = _test(tally, targets(tally), effort)
    shown = [number for number in range(len(tally.questions)) if gates.of_question(tally, number) != "not_asked"]
    return tuple(_question(tally, number, tested, one_language) for number in shown), len(tested)


def targets(tally: Tally) -> list[Target]:
    """Everything that is tested: what no gate keeps back."""
    found = []
    for number, one in enumerate(tally.questions):
        if gates.of_question(tally, number):
            continue
        if one.type == "scale":
            found.append(Target(number, None))
            continue
        columns = range(len(one.codes))
        found += [Target(number, column) for column in columns if not gates.of_option(tally, number, column)]
    return found


def p_values(tally: Tally, wanted: Sequence[Target], effort: Effort) -> Floats:
    """The p of each target, by exchanging contributors between the sides; see resampling.exchange."""
    numbers = sorted({target.number for target in wanted})
    bases = tally.answered[:, numbers]
    columns = [_column(tally, target) for target in wanted]
    counts, variances = np.column_stack([counts for counts, _ in columns]), np.array([one for _, one in columns])
    base_of = np.array([numbers.index(target.number) for target in wanted])
    somebody = bases.any(axis=1)
    clusters = resampling.Clusters(tally.sides[somebody], counts[somebody], bases[somebody], base_of, variances)
    return resampling.exchange(clusters, seed=effort.seed, permutations=effort.permutations, progress=effort.progress)


def corrected(tally: Tally, wanted: Sequence[Target], p: Floats) -> list[float]:
    """The q of each target, over all of them; what everybody had to answer weighs more."""
    required = [tally.questions[target.number].required for target in wanted]
    return statistics.benjamini_hochberg(p.tolist(), [gates.REQUIRED_WEIGHT if one else 1 for one in required])


def _column(tally: Tally, target: Target) -> tuple[Floats, float]:
    """What each contributor adds to a column, and the variance of one entry in it."""
    named = tally.named[target.number]
    if target.column is not None:
        counts = named[:, target.column]
        share = counts.sum() / tally.answered[:, target.number].sum()
        return counts, float(share * (1 - share))
    steps = named.sum(axis=0)
    ranks = resampling.ridits(steps)
    return named @ ranks, float(steps @ (ranks - 0.5) ** 2 / steps.sum())


def _test(tally: Tally, wanted: Sequence[Target], effort: Effort) -> dict[Target, Tested]:
    if not wanted:
        return {}
    p = p_values(tally, wanted, effort)
    q = corrected(tally, wanted, p)
    found: Intervals = {}
    if tally.number == 2:
        columns = [(target.number, target.column) for target in wanted]
        found = intervals(tally, columns, seed=effort.seed, resamples=effort.resamples)
    return {
        target: Tested(rounded(p[at]), rounded(q[at]), found.get((target.number, target.column)), effort.seed)
        for at, target in enumerate(wanted)
    }


def _question(tally: Tally, number: int, tested: dict[Target, Tested], one_language: bool) -> Question:
    one, gate = tally.questions[number], gates.of_question(tally, number)
    answers = tuple(_answers(tally, number, side) for side in range(tally.number))
    if one.type == "scale":
        scale = _scale(tally, number, gate, tested.get(Target(number, None), UNTESTED), one_language)
        return Question(one.kind, one.question, one.type, answers, gate, (), scale)
    rows = [
        _row(tally, number, column, answers, tested.get(Target(number, column), UNTESTED))
        for column in range(len(one.codes))
    ]
    rows = [row for row in rows if any(share.count for share in row.shares)]
    rows.sort(key=lambda row: (-abs(row.difference or 0), -(row.effect or 0), -sum(one.count for one in row.shares)))
    return Question(one.kind, one.question, one.type, answers, gate, tuple(rows), None)


def _answers(tally: Tally, number: int, side: int) -> Answers:
    there = tally.sides == side
    n = tally.answered[there, number]
    effect = resampling.design_effect(tally.named[number][there][:, : len(tally.questions[number].codes)], n)
    return Answers(int(tally.put[side, number]), int(n.sum()), int((n > 0).sum()), rounded(effect))


def _share(tally: Tally, number: int, column: int, side: int, answers: Answers) -> Share:
    named = tally.named[number][tally.sides == side, column]
    count, people = int(named.sum()), int((named > 0).sum())
    shown = people if people == 0 or people >= gates.SHOWN else None
    if answers.n < gates.ANSWERS:
        return Share(count, answers.n, shown, None, None)
    low, high = statistics.wilson(count, answers.n, design_effect=answers.design_effect)
    return Share(count, answers.n, shown, rounded(count / answers.n), Interval(rounded(low), rounded(high)))


def _row(tally: Tally, number: int, column: int, answers: Sequence[Answers], tested: Tested) -> Row:
    one = tally.questions[number]
    shares = tuple(_share(tally, number, column, side, answers[side]) for side in range(tally.number))
    measured = all(share.share is not None for share in shares)
    table = [(share.count, share.n - share.count) for share in shares]
    effect = statistics.cramers_v(table) if measured else None
    test, p_independent = statistics.table_test(table, seed=tested.seed) if tested.p is not None else (None, None)
    return Row(
        code=one.codes[column],
        shares=shares,
        gate=None
        if tested.p is not None
        else gates.of_question(tally, number) or gates.of_option(tally, number, column),
        verdict=gates.verdict(tested.q, tested.interval, gates.MARGIN),
        p=tested.p,
        q=tested.q,
        p_independent=rounded(p_independent),
        test_independent=test,
        difference=_difference(shares) if measured and len(shares) == 2 else None,
        difference_interval=tested.interval,
        effect=rounded(effect),
        effect_size=None if effect is None else statistics.size_of_v(effect),
        parts=_parts(tally, number, column, answers),
    )


def _difference(shares: Sequence[Share]) -> float:
    return rounded(shares[0].count / shares[0].n - shares[1].count / shares[1].n)


def _parts(tally: Tally, number: int, column: int, answers: Sequence[Answers]) -> tuple[Part, ...]:
    """The answers within a group, those that somebody gave."""
    one = tally.questions[number]
    members = one.parts.get(one.codes[column], ())
    parts = []
    for member in members:
        shares = tuple(
            _share(tally, number, one.columns[member][1], side, answers[side]) for side in range(tally.number)
        )
        if any(share.count for share in shares):
            parts.append(Part(member, shares))
    return tuple(parts)


def _scale(tally: Tally, number: int, gate: str | None, tested: Tested, one_language: bool) -> Scale:
    one = tally.questions[number]
    counts = tuple(
        tuple(int(n) for n in tally.named[number][tally.sides == side].sum(axis=0)) for side in range(tally.number)
    )
    medians = [statistics.median_step(steps) if sum(steps) >= gates.ANSWERS else None for steps in counts]
    effect = statistics.cliffs_delta(*counts) if len(counts) == 2 and all(map(sum, counts)) else None
    test = "mann_whitney" if tally.number == 2 else "kruskal_wallis"
    return Scale(
        steps=one.codes,
        counts=counts,
        medians=tuple(None if step is None else one.codes[step] for step in medians),
        gate=gate,
        verdict=gates.verdict(tested.q, tested.interval, gates.MARGIN_OF_DELTA),
        p=tested.p,
        q=tested.q,
        p_independent=rounded(_scale_test(counts)) if tested.p is not None else None,
        test_independent=test if tested.p is not None else None,
        effect=rounded(effect) if gate != "few_answers" else None,
        effect_interval=tested.interval,
        effect_size=None if effect is None or gate == "few_answers" else statistics.size_of_delta(effect),
        one_language=one_language,
    )


def _scale_test(counts: Sequence[Sequence[int]]) -> float:
    return statistics.mann_whitney(*counts) if len(counts) == 2 else statistics.kruskal_wallis(counts)
