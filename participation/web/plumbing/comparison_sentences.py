"""What a comparison says in words: one whole sentence for each rule, with its numbers in it."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from participation.comparison_figures import Comparison, Interval, Number, RateRatio, Sentence
from participation.web.plumbing.comparison_words import (
    Naming,
    answer_label,
    count_of,
    decimal,
    gate_sentence,
    listed,
    points,
    share_of,
)
from participation.web.plumbing.locale import lang


def sentence(said: Sentence, comparison: Comparison, naming: Naming) -> str:
    """The sentence for one finding."""
    if said.about == "turnout":
        return _turnout(said, comparison, naming)
    if said.about == "scale":
        return _scale(said, naming)
    if said.about == "question":
        return gate_sentence(said.gate)
    return _option(said, naming)


def subject(said: Sentence, naming: Naming) -> str:
    """What a finding is about: the kind and its question; nothing for taking part."""
    if said.kind is None or said.question is None:
        return ""
    kind = naming.questionnaire.kind_label(said.kind, lang())
    question = naming.questionnaire.question_label(said.question, said.kind, lang())
    return gettext("%(kind)s: %(question)s", kind=kind, question=question)


def _option(said: Sentence, naming: Naming) -> str:
    answer = answer_label(naming, said.question or "", said.option or "")
    if said.verdict == "differs" and len(said.numbers) == 2:
        return _differs(said, answer, naming)
    sides = _sides(said.numbers, naming)
    if said.verdict == "differs":
        return gettext(
            "“%(answer)s” is not named equally often everywhere; the differences are larger than chance would explain: "
            "%(sides)s.",
            answer=answer,
            sides=sides,
        )
    if said.verdict == "alike":
        return gettext(
            "“%(answer)s” is named about equally often: %(sides)s. A difference, if there is one, is smaller than "
            "%(margin)s percentage points.",
            answer=answer,
            sides=sides,
            margin=points(naming.margin),
        )
    if said.verdict == "not_shown":
        return gettext("“%(answer)s”: no difference is shown. %(sides)s.", answer=answer, sides=sides)
    return gettext("“%(answer)s” cannot be compared. %(sides)s.", answer=answer, sides=sides)


def _differs(said: Sentence, answer: str, naming: Naming) -> str:
    first, second = (0, 1) if (said.numbers[0].value or 0) >= (said.numbers[1].value or 0) else (1, 0)
    more, less = said.numbers[first], said.numbers[second]
    values = {
        "answer": answer,
        "more": naming.sides[first],
        "more_share": share_of(more.value, more.count, more.n),
        "more_n": count_of(more.n),
        "less": naming.sides[second],
        "less_share": share_of(less.value, less.count, less.n),
        "less_n": count_of(less.n),
    }
    if naming.seasons:
        return gettext(
            "“%(answer)s” is named more often in the campaign “%(more)s” (%(more_share)s, %(more_n)s) than in the "
            "campaign “%(less)s” (%(less_share)s, %(less_n)s); the difference is larger than chance would explain.",
            **values,
        )
    return gettext(
        "“%(answer)s” is named more often in %(more)s (%(more_share)s, %(more_n)s) than in %(less)s (%(less_share)s, "
        "%(less_n)s); the difference is larger than chance would explain.",
        **values,
    )


def _sides(numbers: Sequence[Number], naming: Naming) -> str:
    return listed(
        [
            gettext(
                "%(side)s %(share)s (%(n)s)",
                side=side,
                share=share_of(each.value, each.count, each.n),
                n=count_of(each.n),
            )
            for side, each in zip(naming.sides, numbers, strict=True)
        ]
    )


def _scale(said: Sentence, naming: Naming) -> str:
    middles = listed(
        [
            gettext(
                "%(side)s “%(step)s” (%(n)s)",
                side=side,
                step=answer_label(naming, said.question or "", each.code) if each.code is not None else "–",
                n=count_of(each.n),
            )
            for side, each in zip(naming.sides, said.numbers, strict=True)
        ]
    )
    if said.verdict == "differs":
        return gettext(
            "The answers differ more than chance would explain. The middle answers are: %(middles)s.", middles=middles
        )
    if said.verdict == "alike":
        return gettext("The answers are alike. The middle answers are: %(middles)s.", middles=middles)
    if said.verdict == "not_shown":
        return gettext("No difference is shown. The middle answers are: %(middles)s.", middles=middles)
    return gettext("The answers cannot be compared. The middle answers are: %(middles)s.", middles=middles)


def _turnout(said: Sentence, comparison: Comparison, naming: Naming) -> str:
    rates = [each.value or 0.0 for each in said.numbers]
    first, second = (0, 1) if rates[0] >= rates[1] else (1, 0)
    values = {
        "more": naming.sides[first],
        "more_rate": decimal(rates[first]),
        "less": naming.sides[second],
        "less_rate": decimal(rates[second]),
    }
    if said.verdict == "cannot_say":
        return gettext(
            "How many took part cannot be compared. For every 10,000 residents: %(more)s %(more_rate)s, %(less)s "
            "%(less_rate)s.",
            **values,
        )
    ratio = comparison.turnout.contributors if comparison.turnout else None
    ratio = turned(ratio) if ratio and first == 1 else ratio
    if said.verdict != "differs" or ratio is None or ratio.ratio is None or ratio.interval.high is None:
        return _plain_turnout(said, values)
    times = {"ratio": decimal(ratio.ratio), "low": decimal(ratio.interval.low), "high": decimal(ratio.interval.high)}
    if naming.seasons:
        return gettext(
            "For every 10,000 residents, more people took part in the campaign “%(more)s” (%(more_rate)s) than in the "
            "campaign “%(less)s” (%(less_rate)s): %(ratio)s times as many, or anything from %(low)s to %(high)s times. "
            "The difference is larger than chance would explain.",
            **values,
            **times,
        )
    return gettext(
        "For every 10,000 residents, more people took part in %(more)s (%(more_rate)s) than in %(less)s "
        "(%(less_rate)s): %(ratio)s times as many, or anything from %(low)s to %(high)s times. The difference is "
        "larger than chance would explain.",
        **values,
        **times,
    )


def _plain_turnout(said: Sentence, values: Mapping[str, str]) -> str:
    if said.verdict == "differs":
        return gettext(
            "How many took part differs by more than chance would explain. For every 10,000 residents: %(more)s "
            "%(more_rate)s, %(less)s %(less_rate)s.",
            **values,
        )
    return gettext(
        "No difference is shown in how many took part. For every 10,000 residents: %(more)s %(more_rate)s, %(less)s "
        "%(less_rate)s.",
        **values,
    )


def turned(ratio: RateRatio) -> RateRatio:
    """The same ratio with the second side named first."""
    low = 1 / ratio.interval.high if ratio.interval.high else 0.0
    high = 1 / ratio.interval.low if ratio.interval.low else None
    return RateRatio(1 / ratio.ratio if ratio.ratio else None, Interval(low, high), ratio.p, ratio.verdict)
