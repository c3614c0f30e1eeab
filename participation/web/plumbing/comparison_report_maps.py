"""The maps of a comparison in its printed report, and the small parts that all of the report is made of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from participation.comparison_maps import Cell
from participation.comparison_report import FONT
from participation.comparison_result import CityMap, Coverage
from participation.models.cities import City
from participation.web.forms.comparisons import Chosen
from participation.web.plumbing import comparison_facts as facts
from participation.web.plumbing import comparison_grounds as grounds
from participation.web.plumbing import comparison_layers as layers
from participation.web.plumbing.comparison_contents import Contents
from participation.web.plumbing.comparison_tables import Table
from participation.web.plumbing.formats import named

FONTS = f"'{FONT}',serif"
Part = dict[str, Any]
Each = Callable[[Callable[[Contents], Any]], list[Any]]
"""Makes something once in each language of the report."""


def maps(chosen: Chosen, each: Each) -> Iterator[Part]:
    """Every layer with the cities beside each other, and what is said of them."""
    found: list[CityMap] = each(lambda found: found.maps)[0]
    for layer in layers.LAYERS:
        cells = {own.city: layers.drawn(own, layer) for own in found}
        if any(cells.values()):
            yield _layer(chosen, each, layer, cells)
    yield {"type": "list", "texts": each(lambda found: _in_words(chosen, found))}


def _layer(chosen: Chosen, each: Each, layer: str, cells: Mapping[str, list[Cell]]) -> Part:
    shown: grounds.Boxes = each(lambda found: found.boxes)[0]
    span_m = grounds.span_m(chosen.cities, shown)
    pictures = {
        city.slug: layers.picture(
            city, cells.get(city.slug, []), shown=shown, span_m=span_m, title=named(city), font=FONTS
        )
        for city in chosen.cities
    }
    return _pictures(chosen, each, pictures, lambda: layers.titles()[layer], lambda: layers.keys(layer))


def _pictures(
    chosen: Chosen,
    each: Each,
    pictures: Mapping[str, str],
    title: Callable[[], str],
    keys: Callable[[], list[layers.Key]],
) -> Part:
    key_texts = each(lambda _: [key.text for key in keys()])
    return {
        "type": "maps",
        "texts": each(lambda _: title()),
        "maps": [{"name": named(city), "svg": pictures[city.slug]} for city in chosen.cities],
        "keys": [
            {"svg": layers.key_picture(key), "texts": list(texts)}
            for key, *texts in zip(keys(), *key_texts, strict=True)
        ],
    }


def _in_words(chosen: Chosen, found: Contents) -> list[str]:
    names = {city.slug: named(city) for city in chosen.cities}
    said = []
    for own in found.maps:
        said += layers.in_words(own, names[own.city], found.naming.questionnaire)
    return said


def coverage(chosen: Chosen, each: Each) -> Iterator[Part]:
    """The districts of which nothing is known yet."""
    cities = {city.slug: city for city in chosen.cities}
    found: list[Coverage] = each(lambda found: found.coverage)[0]
    span_m = grounds.districts_span_m(chosen.cities)
    pictures = {
        own.city: layers.coverage_picture(
            cities[own.city], own, span_m=span_m, title=named(cities[own.city]), font=FONTS
        )
        for own in found
    }
    if {*pictures} == {*cities}:
        yield _pictures(chosen, each, pictures, layers.coverage_title, layers.coverage_keys)
    for n, own in enumerate(found):
        yield from _districts(each, cities[own.city], n)


def _districts(each: Each, city: City, n: int) -> Iterator[Part]:
    yield {"type": "heading", "texts": each(lambda _: named(city))}
    yield {"type": "text", "texts": each(lambda found: facts.missing(found.coverage[n]))}
    tables: list[Table] = each(lambda found: facts.coverage_table(found.coverage[n]))
    head = [joined(cells) for cells in zip(*(table.head for table in tables), strict=True)]
    # The two numbers are said once, words in each language.
    rows = [
        [joined(cells[:1] if at in (1, 2) else cells) for at, cells in enumerate(zip(*rows, strict=True))]
        for rows in zip(*(table.rows for table in tables), strict=True)
    ]
    yield table(head, rows)


def joined(texts: Iterable[str]) -> str:
    """The same in each language, once where it is the same."""
    return " / ".join(dict.fromkeys(texts))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float] | None = None) -> Part:
    """A table that is the same for all languages; `widths` are the parts of the page that its columns have."""
    return {"type": "table", "head": list(head), "rows": [list(row) for row in rows], "widths": widths}
