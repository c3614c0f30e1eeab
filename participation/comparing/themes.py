"""Voices: which published texts are shown side by side on which theme; pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from participation.comparing.entries import CityEntries, Entry
from participation.comparing.tallies import asked
from participation.comparison_result import Theme, Voice
from participation.questionnaire import Questionnaire

BY = {"heat_island": "place_type", "climate_oasis": "place_type", "idea": "measures", "feedback": "topic"}
"""By which question the texts of a kind are sorted into themes; one who chose several answers is in the first."""
THEMES, TEXTS = 12, 4
"""At most so many themes, and so many texts of a city on each."""
READABLE = range(30, 601)
"""Texts of this many characters come first."""

Found = Mapping[tuple[str, str | None, str | None], Sequence[Sequence[Entry]]]


def themes(cities: Sequence[CityEntries], questionnaire: Questionnaire) -> tuple[Theme, ...]:
    """The themes most was written about, those with texts from all cities first; newest texts first, one a person."""
    groups = _groups(questionnaire)
    found: dict[tuple[str, str | None, str | None], list[list[Entry]]] = defaultdict(lambda: [[] for _ in cities])
    for number, part in enumerate(cities):
        for entry in part.entries:
            if entry.text_length:
                found[_theme(entry, groups)][number].append(entry)
    order = sorted(found, key=lambda key: (-sum(map(bool, found[key])), -sum(map(len, found[key])), str(key)))
    return tuple(
        Theme(*key, tuple(Voice(part.city.slug, _texts(found[key][at])) for at, part in enumerate(cities)))
        for key in order[:THEMES]
    )


def _groups(questionnaire: Questionnaire) -> dict[tuple[str, str], str]:
    """By question and answer the group the answer belongs to."""
    return {
        (one.question, member): group
        for one in asked(questionnaire, [kind.code for kind in questionnaire.kinds])
        for group, members in one.parts.items()
        for member in members
    }


def _theme(entry: Entry, groups: Mapping[tuple[str, str], str]) -> tuple[str, str | None, str | None]:
    question = BY.get(entry.kind)
    answers = entry.answers.get(question, ()) if question else ()
    if not question or not answers:
        return entry.kind, None, None
    return entry.kind, question, groups.get((question, answers[0]), answers[0])


def _texts(entries: Sequence[Entry]) -> tuple[str, ...]:
    newest = sorted(entries, key=lambda one: (one.published_at, one.id), reverse=True)
    ordered = sorted(newest, key=lambda one: one.text_length not in READABLE)
    once = {one.sender: one for one in reversed(ordered)}
    chosen = [one for one in ordered if once[one.sender] is one]
    return tuple(one.id for one in chosen[:TEXTS])
