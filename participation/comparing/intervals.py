"""Intervals of differences between two sides, by drawing contributors anew; pure."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from participation.comparing import resampling
from participation.comparing.rounding import rounded
from participation.comparing.tallies import Floats, Tally
from participation.comparison_figures import Interval

Intervals = Mapping[tuple[int, int | None], Interval]
"""By question and column (None for a scale): from where to where the difference or Cliff's delta goes."""


def intervals(
    tally: Tally, wanted: Sequence[tuple[int, int | None]], *, seed: int, resamples: int = resampling.RESAMPLES
) -> Intervals:
    """The 95 % interval of the difference of shares (first side minus second), of a scale that of Cliff's delta.

    By the bias-corrected and accelerated bootstrap over contributors; see resampling.bca.
    """
    numbers = sorted({number for number, _ in wanted})
    options = [(number, column) for number, column in wanted if column is not None]
    scales = [number for number, column in wanted if column is None]
    pieces = [tally.answered[:, numbers], *(tally.named[number] for number in scales)]
    pieces += [tally.named[number][:, [column]] for number, column in options]
    columns = np.hstack(pieces)
    rng = np.random.default_rng([seed, 1])
    sides = [resampling.resample(columns[tally.sides == side], rng=rng, resamples=resamples) for side in (0, 1)]
    ends = np.cumsum([len(numbers), *(tally.named[number].shape[1] for number in scales)])
    compared = partial(
        _compared,
        bases=np.array([numbers.index(number) for number, _ in options], dtype=np.int64),
        scales=[slice(start, end) for start, end in pairwise(ends)],
        first=int(ends[-1]),
    )
    low, high = resampling.bca(compared, sides)
    order = [*((number, None) for number in scales), *options]
    return {key: Interval(rounded(low[at]), rounded(high[at])) for at, key in enumerate(order)}


def _compared(one: Floats, other: Floats, *, bases: np.ndarray, scales: Sequence[slice], first: int) -> Floats:
    """Cliff's delta of each scale, then the difference of each option, from sums (... x columns) of both sides."""
    with np.errstate(divide="ignore", invalid="ignore"):
        deltas = [_delta(one[..., steps], other[..., steps]) for steps in scales]
        shares = one[..., first:] / one[..., bases] - other[..., first:] / other[..., bases]
    return np.concatenate([*(delta[..., None] for delta in deltas), shares], axis=-1)


def _delta(one: Floats, other: Floats) -> Floats:
    above = (one[..., 1:] * np.cumsum(other, axis=-1)[..., :-1]).sum(axis=-1)
    below = (other[..., 1:] * np.cumsum(one, axis=-1)[..., :-1]).sum(axis=-1)
    result: Floats = (above - below) / (one.sum(axis=-1) * other.sum(axis=-1))
    return result
