"""What stands in the printed report of a comparison: the parts of the page, in one or two languages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext

from participation import comparison_charts
from participation.comparison_charts import Chart
from participation.models.comparison_notes import ComparisonNote
from participation.models.submissions import Submission
from participation.web.forms.comparisons import Chosen
from participation.web.plumbing import comparison_facts as facts
from participation.web.plumbing.comparison_contents import Contents, Seasonal, contents
from participation.web.plumbing.comparison_methods import method_lines, source_lines
from participation.web.plumbing.comparison_pages import Figure
from participation.web.plumbing.comparison_report_maps import FONTS, Each, Part, coverage, joined, maps, table
from participation.web.plumbing.comparison_report_voices import voices
from participation.web.plumbing.formats import day, named
from participation.web.plumbing.locale import lang, speaking

Side = tuple[str, Contents]
# How wide the last columns of a question are, beside those of its sides: difference, q, V, finding.
FURTHER = (1.3, 0.7, 0.6, 1.7)


@dataclass(frozen=True)
class Texts:
    """What people have written: the published submissions that are shown, by id, and the notes of the teams."""

    voices: Mapping[str, Submission]
    notes: Sequence[ComparisonNote]


def report_data(chosen: Chosen, languages: Sequence[str], texts: Texts) -> dict[str, Any]:
    """Everything that the report shows, as its template reads it."""
    sides: list[Side] = []
    for code in languages:
        with speaking(code):
            found = contents(chosen)
            if found:
                sides.append((code, found))

    def each(make: Callable[[Contents], Any]) -> list[Any]:
        made = []
        for code, found in sides:
            with speaking(code):
                made.append(make(found))
        return made

    return {
        "langs": list(languages),
        "cover": _cover(chosen, each),
        "foot": each(lambda _: gettext("%(partnership)s: comparison", partnership=named(chosen.partnership))),
        "sections": [section for section in _sections(chosen, each, texts) if section["parts"]],
    }


def _cover(chosen: Chosen, each: Each) -> Part:
    def lines(_: Contents) -> list[str]:
        cities = " · ".join(named(city) for city in chosen.cities)
        return [cities, named(chosen.campaign), facts.period(chosen.comparison) if chosen.comparison else ""]

    return {
        "title": each(lambda _: gettext("%(partnership)s: the comparison", partnership=named(chosen.partnership))),
        "author": named(chosen.partnership),
        "lines": each(lines),
        "small": each(lambda found: [*_demo(chosen), *source_lines(chosen, found)]),
    }


def _demo(chosen: Chosen) -> list[str]:
    if any(city.demo for city in chosen.cities):
        return [gettext("Demo version: the entries are made up.")]
    return []


def _sections(chosen: Chosen, each: Each, texts: Texts) -> Iterator[Part]:
    yield _section(each(lambda _: gettext("In one sentence each")), _findings(each))
    yield _section(each(lambda _: gettext("Who took part")), _participants(chosen, each))
    yield _section(each(lambda _: gettext("Side by side")), _questions(each))
    yield _section(each(lambda _: gettext("Maps side by side")), maps(chosen, each))
    yield _section(each(lambda _: gettext("Where nothing is known yet")), coverage(chosen, each), page=False)
    yield _section(each(lambda _: gettext("Seasons")), _seasons(each))
    yield _section(each(lambda _: gettext("Voices")), voices(chosen, each, texts.voices))
    yield _section(each(lambda _: gettext("Notes")), _notes(texts.notes), page=False)
    limits = [{"type": "list", "texts": each(lambda found: found.limits)}]
    yield _section(each(lambda _: gettext("What these numbers cannot say")), limits)
    method = [{"type": "list", "texts": each(method_lines)}]
    yield _section(each(lambda _: gettext("How it was computed")), method, page=False)


def _section(heading: list[str], parts: Sequence[Part] | Iterator[Part], *, page: bool = True) -> Part:
    return {"heading": heading, "page": page, "parts": list(parts)}


def _findings(each: Each) -> Iterator[Part]:
    groups = each(lambda found: found.findings)
    for n in range(len(groups[0])):
        yield {"type": "heading", "texts": [own[n].heading for own in groups]}
        yield {
            "type": "list",
            "texts": [[_said(one) for one in (*own[n].first, *own[n].more)] for own in groups],
        }


def _said(finding: facts.Finding) -> Part:
    return {"subject": finding.subject, "text": finding.text, "reason": finding.reason}


def _participants(chosen: Chosen, each: Each) -> Iterator[Part]:
    figures: list[Figure] = each(lambda found: found.participation)
    if figures[0].chart:
        yield _chart(figures)
    for lines in each(lambda found: found.facts):
        head = ["", *(named(city) for city in chosen.cities)]
        yield table(head, [[line.label, *(" ".join(filter(None, value)) for value in line.values)] for line in lines])


def _questions(each: Each) -> Iterator[Part]:
    kinds = each(lambda found: found.kinds)
    sides = list(map(joined, zip(*each(lambda found: found.naming.sides), strict=True)))
    labels = each(lambda found: [found.naming.questionnaire.kind_label(kind, lang()) for kind, _ in found.kinds])
    for n in range(len(kinds[0])):
        yield {"type": "heading", "texts": [own[n] for own in labels]}
        for m in range(len(kinds[0][n][1])):
            yield from _figure([own[n][1][m] for own in kinds], sides)


def _figure(figures: list[Figure], sides: Sequence[str]) -> Iterator[Part]:
    above = [figure.heading for figure in figures]
    if figures[0].chart:
        yield _chart(figures, above)
    else:
        yield {"type": "small", "texts": above}
    lines = [list(map(joined, zip(*rows, strict=True))) for rows in _said_once(figures)]
    head = list(map(joined, zip(*(figure.table.head for figure in figures), strict=True)))
    further = head[2 * len(sides) + 1 :]
    widths = [2.2, *[1.6] * len(sides), *FURTHER[-len(further) :]] if further else None
    yield table([head[0], *sides, *further], [_in_columns(line, len(sides)) for line in lines], widths)
    yield {"type": "small", "texts": [" ".join(figure.notes) for figure in figures]}


def _in_columns(line: Sequence[str], sides: int) -> list[str]:
    """A side has one column for how many there are and for the share they are."""
    pairs = [" · ".join(filter(None, line[at : at + 2])) for at in range(1, 2 * sides + 1, 2)]
    return [line[0], *pairs, *line[2 * sides + 1 :]]


def _said_once(figures: list[Figure]) -> Iterator[list[Sequence[str]]]:
    """The rows of all languages: numbers as the first says them, words in each language."""
    for rows in zip(*(figure.table.rows for figure in figures), strict=True):
        first, last = rows[0], len(rows[0]) - 1
        yield [first, *([row[at] if at in (0, last) else first[at] for at in range(last + 1)] for row in rows[1:])]


def _chart(figures: list[Figure], above: Sequence[str] = ()) -> Part:
    charts = [figure.chart for figure in figures if figure.chart]
    svg = comparison_charts.file(_bilingual(charts), titled=False, font=FONTS)
    return {"type": "chart", "above": list(above), "texts": [figure.title for figure in figures], "svg": svg}


def _bilingual(charts: list[Chart]) -> Chart:
    """One drawing for all languages: labels in each of them, figures as the first says them."""
    rows = tuple(
        replace(rows[0], label=joined(row.label for row in rows))
        for rows in zip(*(chart.rows for chart in charts), strict=True)
    )
    groups = tuple(joined(names) for names in zip(*(chart.groups for chart in charts), strict=True))
    return replace(charts[0], rows=rows, groups=groups)


def _seasons(each: Each) -> Iterator[Part]:
    for n in range(len(each(lambda found: found.seasons)[0])):
        yield from _season(each, n)


def _season(each: Each, n: int) -> Iterator[Part]:
    yield {"type": "heading", "texts": each(lambda found: found.seasons[n].name)}
    said = each(lambda found: [*_said_of_season(found.seasons[n])])
    if said[0]:
        yield {"type": "list", "texts": said}
    else:
        comparison = each(lambda found: found.seasons[n].season.comparison)[0]
        yield {"type": "text", "texts": each(lambda _: facts.nothing_said(comparison))}


def _said_of_season(seasonal: Seasonal) -> Iterator[Part]:
    for group in seasonal.findings:
        if group.verdict != "cannot_say":
            yield from (_said(one) for one in (*group.first, *group.more))


def _notes(notes: Sequence[ComparisonNote]) -> Iterator[Part]:
    quotes = [{"lang": note.lang, "text": note.text, "by": _by(note)} for note in notes]
    if quotes:
        yield {"type": "quotes", "texts": quotes}


def _by(note: ComparisonNote) -> str:
    team = named(note.city) if note.city else gettext("Facilitation")
    return gettext("%(team)s, %(day)s", team=team, day=day(note.created_at.date()))
