"""Every number of a comparison as a table: one line per number, with codes instead of words."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from participation.comparison_figures import Comparison, Interval, Question, Row, Scale, Share
from participation.comparison_result import Snapshot

COLUMNS = (
    "figure", "kind", "question", "answer", "part_of", "city", "campaign", "measure", "value", "low", "high", "count",
    "n", "contributors", "test", "p", "q", "test_independent", "p_independent", "effect", "effect_size", "verdict",
    "gate", "seed", "dataset_version",
)  # fmt: skip
# What is said of a city in one value.
MEASURES = (
    "submissions", "contributors", "without_key", "places", "first", "last", "hot_days", "population",
    "population_year",
)  # fmt: skip
# The p of answers: people are exchanged between the sides, not entries.
EXCHANGE = "exchange_of_contributors"
Line = Mapping[str, object]


def lines(snapshot: Snapshot) -> Iterator[Line]:
    """All numbers, in the order of the page. Shares and differences are fractions, rates are per 10,000 residents."""
    always = {"seed": snapshot.method.seed, "dataset_version": snapshot.method.dataset_version}
    for found in (_participants, _pairs, _seasons, _cells, _coverage):
        for line in found(snapshot):
            yield line | always


def write(rows: Iterator[Line]) -> str:
    """The lines as CSV by RFC 4180."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def figure(question: Question, comparison: Comparison) -> Iterator[Line]:
    """The numbers of one question."""
    asked = {"kind": question.kind, "question": question.question}
    figure = f"{question.kind}-{question.question}"
    for side, answers in zip(comparison.sides, question.answers, strict=True):
        place = {"figure": figure, **asked, "city": side.city, "campaign": side.campaign}
        counted = {"value": answers.n, "n": answers.asked, "contributors": answers.contributors}
        yield {**place, "measure": "answers", **counted, "gate": question.gate}
        yield {**place, "measure": "design_effect", "value": answers.design_effect}
    for row in question.rows:
        for line in _row(row, comparison):
            yield {"figure": figure, **asked, **line}
    if question.scale:
        for line in _scale(question, question.scale, comparison):
            yield {"figure": figure, **asked, **line}


def _participants(snapshot: Snapshot) -> Iterator[dict[str, object]]:
    for each in snapshot.participants:
        side = {"figure": "participants", "city": each.city, "campaign": each.campaign}
        counted = {"n": each.submissions, "contributors": each.contributors}
        for measure in MEASURES:
            if getattr(each, measure) is not None:
                yield {**side, "measure": measure, "value": getattr(each, measure)}
        yield {**side, "measure": "design_effect", "value": each.design_effect}
        for measure, rate in (("contributors", each.contributors_rate), ("submissions", each.submissions_rate)):
            value = {"value": rate.per_10000, **_between(rate.interval), "count": rate.count, "test": "poisson_exact"}
            yield {**side, "measure": f"{measure}_per_10000", **value, **counted}
        for kind, count in each.kinds.items():
            yield {**side, "kind": kind, "measure": "submissions", "value": count}
        texts = sum(each.languages.values())
        for code, count in each.languages.items():
            yield {**side, "measure": "texts", "answer": code, "count": count, "n": texts}
        for left in each.unanswered:
            yield {**side, "question": left.question, "measure": "unanswered", "count": left.missing, "n": left.asked}


def _pairs(snapshot: Snapshot) -> Iterator[dict[str, object]]:
    found = [*snapshot.pairs, *([snapshot.together] if snapshot.together else [])]
    for comparison in found:
        yield from _compared(comparison, "participants")
        if comparison.turnout:
            for measure in ("contributors", "submissions"):
                ratio = getattr(comparison.turnout, measure)
                yield {
                    "figure": "participants",
                    **_sides(comparison),
                    "measure": f"{measure}_rate_ratio",
                    "value": ratio.ratio,
                    **_between(ratio.interval),
                    "test": "binomial_conditional",
                    "p": ratio.p,
                    "verdict": ratio.verdict,
                }
        for question in comparison.questions:
            for line in figure(question, comparison):
                yield dict(line)


def _seasons(snapshot: Snapshot) -> Iterator[dict[str, object]]:
    for season in snapshot.seasons:
        yield from _compared(season.comparison, f"season-{season.city}")
        for measure in ("both", "only_now", "only_before"):
            value = getattr(season.places, measure)
            yield {
                "figure": f"season-{season.city}",
                "city": season.city,
                "measure": f"places_{measure}",
                "value": value,
            }
        for question in season.comparison.questions:
            for line in figure(question, season.comparison):
                yield {**line, "figure": f"season-{season.city}-{line['figure']}"}


def _row(row: Row, comparison: Comparison) -> Iterator[dict[str, object]]:
    for line in _shares(row.shares, comparison):
        yield {"answer": row.code, **line, "verdict": row.verdict, "gate": row.gate}
    yield {
        "answer": row.code,
        **_sides(comparison),
        "measure": "difference",
        "value": row.difference,
        **_between(row.difference_interval),
        **_test(row),
    }
    for part in row.parts:
        for line in _shares(part.shares, comparison):
            yield {"answer": part.code, "part_of": row.code, **line}


def _shares(shares: Sequence[Share], comparison: Comparison) -> Iterator[dict[str, object]]:
    for side, share in zip(comparison.sides, shares, strict=True):
        yield {
            "city": side.city,
            "campaign": side.campaign,
            "measure": "share",
            "value": share.share,
            **_between(share.interval),
            "count": share.count,
            "n": share.n,
            "contributors": share.contributors,
        }


def _scale(question: Question, scale: Scale, comparison: Comparison) -> Iterator[dict[str, object]]:
    for side, counts, answers in zip(comparison.sides, scale.counts, question.answers, strict=True):
        place = {"city": side.city, "campaign": side.campaign, "n": sum(counts), "contributors": answers.contributors}
        for code, count in zip(scale.steps, counts, strict=True):
            yield {"answer": code, **place, "measure": "count", "value": count}
    for side, median in zip(comparison.sides, scale.medians, strict=True):
        yield {"city": side.city, "campaign": side.campaign, "measure": "median", "value": median}
    yield {
        **_sides(comparison),
        "measure": "cliffs_delta",
        "value": scale.effect,
        **_between(scale.effect_interval),
        **_test(scale),
    }


def _cells(snapshot: Snapshot) -> Iterator[dict[str, object]]:
    for found in snapshot.maps:
        place = {"figure": f"map-{found.city}", "city": found.city, "campaign": snapshot.campaign}
        for kind, count in found.elsewhere.items():
            yield {**place, "kind": kind, "measure": "elsewhere", "value": count}
        for cell in found.cells:
            for kind, counted in cell.kinds.items():
                behind = {"n": counted.submissions, "contributors": counted.contributors}
                here = {**place, "answer": cell.cell, "kind": kind, **behind}
                yield {**here, "measure": "submissions", "value": counted.submissions}
            if cell.heat_share is not None:
                both = sum(cell.kinds[kind].submissions for kind in ("heat_island", "climate_oasis"))
                share = {"value": cell.heat_share, **_between(cell.heat_share_interval), "n": both}
                yield {**place, "answer": cell.cell, "measure": "heat_share", **share}
        for spots in found.hot_spots:
            sought = {"kind": spots.kind, "n": spots.pins, "p": spots.cutoff, "gate": spots.gate}
            size = {"answer": f"h3_{spots.resolution}", "measure": "hot_spots", "value": spots.found}
            yield {**place, **size, "test": "getis_ord", **sought}
            for code in spots.hot:
                yield {**place, "answer": code, "kind": spots.kind, "measure": "hot_spot", "test": "getis_ord"}


def _coverage(snapshot: Snapshot) -> Iterator[dict[str, object]]:
    for found in snapshot.coverage:
        for each in found.districts:
            place = {"figure": f"coverage-{found.city}", "city": found.city, "answer": each.code}
            yield {**place, "measure": "population", "value": each.population}
            yield {**place, "measure": "expected", "value": each.expected, "n": found.submissions}
            yield {**place, "measure": "part", "value": each.part, "test": "poisson", "verdict": each.verdict}


def _compared(comparison: Comparison, figure: str) -> Iterator[dict[str, object]]:
    """The days that the sides have in common, how many p were corrected together, and what of each side lies within."""
    both = {"figure": figure, **_sides(comparison)}
    for measure, value in (("first", comparison.first), ("last", comparison.last), ("tests", comparison.tests)):
        yield {**both, "measure": f"compared_{measure}", "value": value}
    for side in comparison.sides:
        place = {"figure": figure, "city": side.city, "campaign": side.campaign, "contributors": side.contributors}
        yield {**place, "measure": "compared_submissions", "value": side.submissions}
        yield {**place, "measure": "compared_left_out", "value": side.left_out}


def _sides(comparison: Comparison) -> dict[str, object]:
    return {
        "city": "+".join(side.city for side in comparison.sides),
        "campaign": "+".join(dict.fromkeys(side.campaign for side in comparison.sides)),
    }


def _between(interval: Interval | None) -> dict[str, object]:
    return {"low": interval.low, "high": interval.high} if interval else {}


def _test(found: Row | Scale) -> dict[str, object]:
    names = ("p", "q", "test_independent", "p_independent", "effect", "effect_size", "verdict", "gate")
    test = EXCHANGE if found.p is not None else None
    return {"test": test, **{name: getattr(found, name) for name in names}}
