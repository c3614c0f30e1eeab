"""A comparison made ready to be read: figures with title, chart and table, in the language of the page.

The page, the files of each chart and the printed report all show what is made here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from participation.comparison_charts import Chart, Mark
from participation.comparison_charts import Row as ChartRow
from participation.comparison_figures import Comparison, Question, Row, Scale, Sentence, Share
from participation.comparison_result import Participants
from participation.web.plumbing import comparison_tables as tables
from participation.web.plumbing.comparison_sentences import sentence
from participation.web.plumbing.comparison_tables import Table
from participation.web.plumbing.comparison_words import (
    Naming,
    answer_label,
    count_of,
    decimal,
    gate_sentence,
    listed,
    span,
)
from participation.web.plumbing.formats import number, percent
from participation.web.plumbing.locale import lang

# Axes end at the first of these that holds everything.
SHARE_ENDS = (0.2, 0.4, 0.6, 0.8, 1.0)
STEPS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True)
class Figure:
    """A question (or taking part) side by side. `title` says the finding, `notes` what else has to be known.

    `tested` says whether its table has a q.
    """

    code: str
    kind: str
    heading: str
    title: str
    notes: tuple[str, ...]
    chart: Chart | None
    table: Table
    tested: bool = False


def figures(comparison: Comparison, naming: Naming, *, prefix: str = "") -> list[Figure]:
    """All questions of a comparison, in the order of the questionnaire."""
    return [_figure(question, comparison, naming, prefix) for question in comparison.questions if _answered(question)]


def participation(found: Sequence[Participants], names: Sequence[str], title: str) -> Figure:
    """How many took part for 10,000 residents."""
    rates = (
        (gettext("People who took part, per 10,000 residents"), [each.contributors_rate for each in found]),
        (gettext("Entries, per 10,000 residents"), [each.submissions_rate for each in found]),
    )
    rows = tuple(
        ChartRow(
            label,
            tuple(
                Mark(rate.per_10000, rate.interval.low, rate.interval.high or rate.per_10000, decimal(rate.per_10000))
                for rate in sides
            ),
        )
        for label, sides in rates
    )
    most = max(mark.high for row in rows for mark in row.marks if mark)
    head = (gettext("Per 10,000 residents"), *(name for name in names for _ in range(2)))
    table = tuple(
        (label, *(said for rate in sides for said in (number(rate.count), _with_span(rate.per_10000, rate.interval))))
        for label, sides in rates
    )
    title = title or gettext("How many took part")
    chart = Chart(title, _description(), tuple(names), rows, _ticks(most)) if len(names) == 2 else None
    return Figure("participants", "", gettext("Who took part"), title, (), chart, Table(head, table))


def _answered(question: Question) -> bool:
    return any(each.n for each in question.answers) and bool(question.rows or question.scale)


def _figure(question: Question, comparison: Comparison, naming: Naming, prefix: str) -> Figure:
    if question.scale:
        rows, table = _scale_rows(question, question.scale, naming), tables.of_scale(question, question.scale, naming)
    else:
        shown = [row for row in question.rows if any(share.count for share in row.shares)]
        rows, table = (
            tuple(_chart_row(row, question, naming) for row in shown),
            tables.of_question(question, shown, naming),
        )
    title, *notes = _findings(question, comparison, naming)
    chart = None
    if len(naming.sides) == 2:
        chart = Chart(title, _description(), naming.sides, rows, _share_ticks(rows))
    heading = naming.questionnaire.question_label(question.question, question.kind, lang())
    code = f"{prefix}{question.kind}-{question.question}"
    said = (*notes, *_notes(question, naming))
    return Figure(code, question.kind, heading, title, said, chart, table, tested=_tested(question))


def _tested(question: Question) -> bool:
    return any(row.q is not None for row in question.rows) or (
        question.scale is not None and question.scale.q is not None
    )


def _findings(question: Question, comparison: Comparison, naming: Naming) -> Iterator[str]:
    """What the figure shows, first the most important; at least one."""
    own = [said for said in comparison.sentences if (said.kind, said.question) == (question.kind, question.question)]
    if question.gate:
        yield gate_sentence(question.gate)
        return
    differing = [said for said in own if said.verdict == "differs"]
    if differing:
        yield sentence(_largest(differing), comparison, naming)
        if len(differing) > 1:
            yield ngettext(
                "%(num)s more answer differs more than chance would explain.",
                "%(num)s more answers differ more than chance would explain.",
                len(differing) - 1,
            )
        return
    if question.scale:
        said = next((said for said in own if said.about == "scale"), None)
        yield sentence(said, comparison, naming) if said else gettext("No difference is shown.")
        return
    yield gettext("No difference is shown between %(sides)s.", sides=listed(naming.sides))


def _largest(said: Sequence[Sentence]) -> Sentence:
    return max(said, key=lambda one: abs(one.difference or 0))


def _notes(question: Question, naming: Naming) -> Iterator[str]:
    for side, each in zip(naming.sides, question.answers, strict=True):
        yield ngettext(
            "%(side)s: %(n)s, from %(number)s person",
            "%(side)s: %(n)s, from %(number)s people",
            each.contributors,
            side=side,
            n=count_of(each.n),
            number=number(each.contributors),
        )
    if question.type == "multi":
        yield gettext("Several answers were possible.")
    if question.scale and not question.scale.one_language:
        yield gettext("The sides answered in different languages, in which the steps may not mean the same.")


def _chart_row(row: Row, question: Question, naming: Naming) -> ChartRow:
    label = answer_label(naming, question.question, row.code)
    return ChartRow(label, tuple(_mark(share) for share in row.shares), row.verdict == "differs")


def _mark(share: Share) -> Mark:
    if share.share is None or share.interval is None:
        return Mark(None, 0, 0, _too_few(share))
    high = share.interval.high if share.interval.high is not None else share.share
    return Mark(share.share, share.interval.low, high, percent(share.share))


def _too_few(share: Share) -> str:
    if not share.n:
        return gettext("no answers")
    return gettext("%(count)s of %(n)s: too few for a percentage", count=number(share.count), n=number(share.n))


def _scale_rows(question: Question, scale: Scale, naming: Naming) -> tuple[ChartRow, ...]:
    def mark(side: int, step: int) -> Mark:
        count, n = scale.counts[side][step], sum(scale.counts[side])
        if n < tables.FEWEST_ANSWERS:
            return Mark(None, 0, 0, gettext("%(count)s of %(n)s", count=number(count), n=number(n)))
        return Mark(count / n, count / n, count / n, percent(count / n))

    return tuple(
        ChartRow(
            answer_label(naming, question.question, code),
            tuple(mark(side, step) for side in range(len(naming.sides))),
        )
        for step, code in enumerate(scale.steps)
    )


def _with_span(value: float, interval: object) -> str:
    return f"{decimal(value)} {span(interval)}"  # type: ignore[arg-type]


def _description() -> str:
    return gettext(
        "Each line is an interval that holds the true value in 95 of 100 cases; its mark is the value found."
    )


def _share_ticks(rows: Sequence[ChartRow]) -> tuple[tuple[float, str], ...]:
    most = max((mark.high for row in rows for mark in row.marks if mark and mark.value is not None), default=1)
    end = next((end for end in SHARE_ENDS if most <= end), 1.0)
    step = end / 4 if end < 1 else 0.2
    return tuple((step * n, percent(step * n)) for n in range(round(end / step) + 1))


def _ticks(most: float) -> tuple[tuple[float, str], ...]:
    step = next((step for step in STEPS if most / step <= 6), STEPS[-1])
    return tuple((step * n, number(step * n)) for n in range(int(-(-most // step)) + 1))
