"""Who took part, what is said in one sentence each, and where nothing is known: made ready to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext, ngettext

from participation.comparison_figures import Comparison
from participation.comparison_result import Coverage, DistrictCoverage, Participants, Theme
from participation.web.plumbing.comparison_sentences import sentence, subject
from participation.web.plumbing.comparison_tables import Table
from participation.web.plumbing.comparison_words import (
    Naming,
    answer_label,
    decimal,
    gate_sentence,
    listed,
    span,
)
from participation.web.plumbing.formats import day, language_name, number, percent
from participation.web.plumbing.locale import lang

VERDICTS = ("differs", "alike", "not_shown", "cannot_say")
# So many of each are read at once; the others are a click away.
FIRST = 5
MOST_LANGUAGES = 4


@dataclass(frozen=True)
class Fact:
    """One line about each city: the value, and in small print what belongs to it."""

    label: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Finding:
    """One sentence: what it is about, what is found, and why nothing more can be said."""

    subject: str
    text: str
    reason: str


@dataclass(frozen=True)
class Findings:
    """All sentences of one verdict."""

    verdict: str
    heading: str
    first: tuple[Finding, ...]
    more: tuple[Finding, ...]


def facts(found: Sequence[Participants]) -> list[Fact]:
    """The lines of the table of who took part."""
    lines = (
        (gettext("Entries"), [(number(each.submissions), "") for each in found]),
        (gettext("People who took part"), [(number(each.contributors), _unknown(each)) for each in found]),
        (gettext("Places"), [(number(each.places), "") for each in found]),
        (gettext("Period"), [(_period(each.first, each.last), "") for each in found]),
        (gettext("Residents"), [(number(each.population), _source(each)) for each in found]),
        (gettext("People who took part, per 10,000 residents"), [_rate(each, "contributors_rate") for each in found]),
        (gettext("Entries, per 10,000 residents"), [_rate(each, "submissions_rate") for each in found]),
        (gettext("Languages of the texts"), [(_languages(each), "") for each in found]),
        (gettext("Role not answered"), [(_unanswered(each, "role"), "") for each in found]),
        (gettext("Age not answered"), [(_unanswered(each, "age_band"), "") for each in found]),
        (gettext("Hot days in the period (30 °C or more)"), [_hot_days(each) for each in found]),
    )
    return [Fact(label, tuple(values)) for label, values in lines]


def findings(comparison: Comparison, naming: Naming) -> list[Findings]:
    """What differs, what is alike, what is not shown, what cannot be said; those that have something."""
    headings = {
        "differs": gettext("What differs"),
        "alike": gettext("What is alike"),
        "not_shown": gettext("Where no difference is shown"),
        "cannot_say": gettext("What cannot be said"),
    }
    groups = []
    for verdict in VERDICTS:
        said = [
            Finding(
                subject(each, naming),
                sentence(each, comparison, naming),
                gate_sentence(each.gate) if each.gate and each.about != "question" else "",
            )
            for each in comparison.sentences
            if each.verdict == verdict
        ]
        if said:
            groups.append(Findings(verdict, headings[verdict], tuple(said[:FIRST]), tuple(said[FIRST:])))
    return groups


def nothing_said(comparison: Comparison) -> str:
    """Why there is no sentence at all on what differs and what does not."""
    return gate_sentence(comparison.turnout.gate if comparison.turnout else None)


def theme_title(theme: Theme, naming: Naming) -> str:
    """What texts are about."""
    kind = naming.questionnaire.kind_label(theme.kind, lang())
    if theme.question is None or theme.option is None:
        return kind
    return gettext("%(kind)s: %(answer)s", kind=kind, answer=answer_label(naming, theme.question, theme.option))


def missing(coverage: Coverage) -> str:
    """Which districts are missing, in one sentence."""
    fewer = [each.name for each in coverage.districts if each.verdict == "fewer"]
    if fewer:
        return ngettext(
            "Fewer entries than its share of residents lets expect come from %(districts)s.",
            "Fewer entries than their share of residents lets expect come from %(districts)s.",
            len(fewer),
            districts=listed(fewer),
        )
    if any(each.verdict == "as_expected" for each in coverage.districts):
        return gettext("No district is shown to have fewer entries than its share of residents lets expect.")
    return gettext("It is too early to say which districts are missing.")


def coverage_table(coverage: Coverage) -> Table:
    """The districts of a city with what was expected and what came."""
    rows = tuple(
        (
            each.name,
            number(each.population) if each.population is not None else "–",
            number(round(each.expected, 1)) if each.expected is not None else "–",
            _part(each.part),
            _coverage_verdict(each),
        )
        for each in coverage.districts
    )
    head = (
        gettext("District"),
        gettext("Residents"),
        gettext("Expected entries"),
        gettext("What came"),
        gettext("Finding"),
    )
    return Table(head, rows)


def period(comparison: Comparison) -> str:
    """Which days are compared."""
    if comparison.first is None or comparison.last is None:
        return gettext("The sides have no days in common.")
    return gettext("Compared are the entries of %(period)s.", period=_period(comparison.first, comparison.last))


def _part(part: str | None) -> str:
    """How much came, in words: a number could count fewer than five people."""
    if part is None:
        return "–"
    return {
        "none": gettext("nothing"),
        "under_half": gettext("less than half"),
        "under": gettext("less than expected"),
        "reached": gettext("as much or more"),
    }[part]


def _coverage_verdict(district: DistrictCoverage) -> str:
    return {
        "fewer": gettext("fewer than expected"),
        "as_expected": gettext("as expected"),
        "too_early": gettext("too early to say"),
        "no_population": gettext("number of residents not known"),
    }[district.verdict]


def _period(first: str | None, last: str | None) -> str:
    if first is None or last is None:
        return "–"
    return gettext("%(first)s to %(last)s", first=day(date.fromisoformat(first)), last=day(date.fromisoformat(last)))


def _unknown(found: Participants) -> str:
    if not found.without_key:
        return ""
    return ngettext(
        "%(number)s of them is an entry of which nobody knows whose it is.",
        "%(number)s of them are entries of which nobody knows whose they are.",
        found.without_key,
        number=number(found.without_key),
    )


def _source(found: Participants) -> str:
    return gettext(
        "%(territory)s, %(year)s (%(source)s)",
        territory=found.territory,
        year=str(found.population_year),
        source=found.population_source or "–",
    )


def _rate(found: Participants, name: str) -> tuple[str, str]:
    rate = getattr(found, name)
    return decimal(rate.per_10000), span(rate.interval)


def _languages(found: Participants) -> str:
    total = sum(found.languages.values())
    most = sorted(found.languages.items(), key=lambda item: (-item[1], item[0]))[:MOST_LANGUAGES]
    return ", ".join(f"{language_name(code)} {percent(n / total)}" for code, n in most) if total else "–"


def _unanswered(found: Participants, question: str) -> str:
    for each in found.unanswered:
        if each.question == question and each.asked:
            return percent(each.missing / each.asked)
    return "–"


def _hot_days(found: Participants) -> tuple[str, str]:
    if found.hot_days is None:
        return gettext("not entered by the city"), ""
    return number(found.hot_days), found.hot_days_source
