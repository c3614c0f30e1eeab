"""What is said in one sentence each, as codes and numbers: what differs, what is alike, what cannot be said; pure.

The rules. Taking part comes first. Then what differs, the largest difference first; what is alike, the most named
first; the largest differences that are not shown, so that nobody takes them for one; and each question that nothing can
be said about, with the reason. That two sides are the same is never said: only that no difference is shown, or that
they surely differ by less than the margin.
"""

from collections.abc import Iterator, Sequence

from participation.comparison_figures import Number, Question, Row, Scale, Sentence, Turnout

DIFFERS, ALIKE, NOT_SHOWN, CANNOT_SAY = 6, 3, 3, 6
"""At most so many sentences of each."""
WORTH_SAYING = 0.1
"""A difference that is not shown is mentioned from here on."""


def sentences(turnout: Turnout | None, questions: Sequence[Question]) -> tuple[Sentence, ...]:
    """The sentences of one comparison."""
    said = [_turnout(turnout)] if turnout else []
    options = [(question, row) for question in questions for row in question.rows]
    measured = [*(_option(question, row) for question, row in options), *_scales(questions)]
    differs = sorted(_with(measured, "differs"), key=_size)
    alike = sorted(_with(measured, "alike"), key=_named)
    open_ones = [one for one in _with(measured, "not_shown") if abs(one.difference or 0) >= WORTH_SAYING]
    said += [*differs[:DIFFERS], *alike[:ALIKE], *sorted(open_ones, key=_size)[:NOT_SHOWN]]
    return (*said, *[_unsaid(question) for question in questions if question.gate][:CANNOT_SAY])


def _with(measured: Sequence[Sentence], verdict: str) -> list[Sentence]:
    return [sentence for sentence in measured if sentence.verdict == verdict]


def _size(sentence: Sentence) -> float:
    return -abs(sentence.difference or 0)


def _named(sentence: Sentence) -> int:
    return -sum(number.count for number in sentence.numbers)


def _turnout(turnout: Turnout) -> Sentence:
    numbers = tuple(Number(one.count, one.population, one.count, one.per_10000, None) for one in turnout.rates)
    found = turnout.contributors
    return Sentence(found.verdict, "turnout", None, None, None, turnout.gate, numbers, found.p, None, None, None)


def _option(question: Question, row: Row) -> Sentence:
    numbers = tuple(Number(share.count, share.n, share.contributors, share.share, None) for share in row.shares)
    return Sentence(
        verdict=row.verdict,
        about="option",
        kind=question.kind,
        question=question.question,
        option=row.code,
        gate=row.gate,
        numbers=numbers,
        p=row.p,
        q=row.q,
        difference=row.difference,
        difference_interval=row.difference_interval,
    )


def _scales(questions: Sequence[Question]) -> Iterator[Sentence]:
    for question in questions:
        if question.scale:
            yield _scale(question, question.scale)


def _scale(question: Question, scale: Scale) -> Sentence:
    """The difference is Cliff's delta: how much more often one side chose the later step than the other."""
    numbers = tuple(
        Number(sum(counts), answers.n, answers.contributors, None, median)
        for counts, answers, median in zip(scale.counts, question.answers, scale.medians, strict=True)
    )
    return Sentence(
        verdict=scale.verdict,
        about="scale",
        kind=question.kind,
        question=question.question,
        option=None,
        gate=scale.gate,
        numbers=numbers,
        p=scale.p,
        q=scale.q,
        difference=scale.effect,
        difference_interval=scale.effect_interval,
    )


def _unsaid(question: Question) -> Sentence:
    numbers = tuple(Number(one.n, one.asked, one.contributors, None, None) for one in question.answers)
    return Sentence(
        "cannot_say", "question", question.kind, question.question, None, question.gate, numbers, None, None, None, None
    )
