"""The maps of a comparison: which shade and sign a cell has in each layer, and how it is said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext, ngettext

from participation import comparison_maps
from participation.comparison_maps import Cell
from participation.comparison_result import Cell as Bin
from participation.comparison_result import CityMap, Coverage
from participation.models.cities import City
from participation.questionnaire import Questionnaire
from participation.web.plumbing import comparison_hot_spots
from participation.web.plumbing.comparison_grounds import Boxes, districts_box, ground
from participation.web.plumbing.comparison_tables import Table
from participation.web.plumbing.comparison_words import span
from participation.web.plumbing.formats import metres, named, number, percent
from participation.web.plumbing.locale import lang

LAYERS = ("count", "balance", "hot")
# From how many entries on a cell gets the next darker shade.
COUNTS = ((40, "n4"), (20, "n3"), (10, "n2"), (0, "n1"))
# From which share of heat islands on.
BALANCES = ((0.75, "heat2"), (0.6, "heat1"), (0.4, "even"), (0.25, "oasis1"), (0.0, "oasis2"))
SHOWN_ROWS = 12
DISTRICTS = {"fewer": "fewer", "as_expected": "enough", "too_early": "early", "no_population": "early"}


@dataclass(frozen=True)
class Key:
    """One line of the key: a shade, a sign or both, and what they mean."""

    shade: str
    sign: str
    text: str


def drawn(cells: CityMap, layer: str) -> list[Cell]:
    """The cells of a layer; those that say nothing in it are left out."""
    made = [_cell(each, layer) for each in cells.cells]
    rings = [Cell(code, ring) for code, ring, _ in comparison_hot_spots.rings(cells)] if layer == "hot" else []
    return [each for each in made if each.shade] + rings


def titles() -> dict[str, str]:
    """What the layers are called."""
    return {
        "count": gettext("How many entries"),
        "balance": gettext("Heat against oasis"),
        "hot": gettext("Hot spots"),
    }


def keys(layer: str) -> list[Key]:
    """The key of a layer."""
    if layer == "count":
        said = (gettext("up to 9 entries"), gettext("10 to 19"), gettext("20 to 39"), gettext("40 or more"))
        return [Key(f"n{n}", "", text) for n, text in enumerate(said, 1)]
    if layer == "hot":
        return [
            Key("heat2", "heat", gettext("More heat islands around here than chance would explain")),
            Key("oasis2", "oasis", gettext("More climate oases around here than chance would explain")),
            *(Key(ring, "", said) for ring, said in comparison_hot_spots.ring_keys()),
        ]
    return [
        Key("heat2", "", gettext("three quarters or more are heat islands")),
        Key("heat1", "", gettext("more heat islands")),
        Key("even", "", gettext("about as many of both")),
        Key("oasis1", "", gettext("more climate oases")),
        Key("oasis2", "", gettext("three quarters or more are climate oases")),
        Key("", "heat", gettext("surely more heat islands")),
        Key("", "oasis", gettext("surely more climate oases")),
    ]


def coverage_title() -> str:
    """What the map of the districts is called."""
    return gettext("Where nothing is known yet")


def coverage_keys() -> list[Key]:
    """The key of the map of the districts."""
    return [
        Key("fewer", "", gettext("fewer entries than expected")),
        Key("enough", "", gettext("as expected")),
        Key("early", "", gettext("too early to say, or not known")),
    ]


def key_picture(key: Key) -> str:
    """A line of the key as a small picture."""
    return comparison_maps.key(key.shade, key.sign)


def geojson(cells: CityMap, questionnaire: Questionnaire) -> dict[str, Any]:
    """The cells with their figures, their shade in each layer, and the words that a tap on one shows."""

    def figures(each: Bin) -> dict[str, Any]:
        shades = {layer: _shade(each, layer) for layer in LAYERS}
        counted = {"entries": entries(each), "heat_share": each.heat_share}
        return counted | shades | {"said": _said(each, questionnaire)}

    larger = [
        (code, {"entries": None, "heat_share": None, **dict.fromkeys(LAYERS, ""), "hot": ring, "said": said})
        for code, ring, said in comparison_hot_spots.rings(cells)
    ]
    return comparison_maps.collection([*((each.cell, figures(each)) for each in cells.cells), *larger])


def in_words(cells: CityMap, name: str, questionnaire: Questionnaire) -> list[str]:
    """What the map of a city shows, in sentences."""
    shown = ngettext(
        "%(city)s: %(number)s cell is shown, with at least five people.",
        "%(city)s: %(number)s cells are shown, each with at least five people.",
        len(cells.cells),
        city=name,
        number=number(len(cells.cells)),
    )
    elsewhere = ngettext(
        "%(number)s entry lies elsewhere.",
        "%(number)s entries lie elsewhere.",
        sum(cells.elsewhere.values()),
        number=number(sum(cells.elsewhere.values())),
    )
    return [shown, elsewhere, *comparison_hot_spots.in_words(cells, name, questionnaire)]


def entries(each: Bin) -> int:
    """The entries of a cell, of all kinds that have at least five people there."""
    return sum(count.submissions for count in each.kinds.values())


def table(cells: CityMap, questionnaire: Questionnaire, rows: int | None = SHOWN_ROWS) -> Table:
    """The cells with the most entries first; a kind with fewer than five people has a dash."""
    kinds = [kind.code for kind in questionnaire.kinds if any(kind.code in each.kinds for each in cells.cells)]
    labels = [questionnaire.kind_label(kind, lang()) for kind in kinds]
    ordered = sorted(cells.cells, key=lambda each: (-entries(each), each.cell))[:rows]
    return Table(
        (gettext("Cell (H3)"), *labels, gettext("Share of heat islands")),
        tuple((each.cell, *(_count(each, kind) for kind in kinds), _heat_share(each)) for each in ordered),
    )


def picture(city: City, cells: Sequence[Cell], *, shown: Boxes, span_m: float, title: str, font: str) -> str:
    """The map of a city as an SVG file."""
    scale = metres(comparison_maps.scale_m(span_m))
    place = ground(city, shown.get(city.slug))
    return comparison_maps.file(place, cells, span=span_m, title=title, scale_said=scale, font=font)


def coverage_picture(city: City, coverage: Coverage, *, span_m: float, title: str, font: str) -> str:
    """The districts of a city in the shade of what is known of them."""
    verdicts = {each.code: each.verdict for each in coverage.districts}
    plain = ground(city, districts_box(city))
    shades = tuple(DISTRICTS[verdicts.get(district.code, "no_population")] for district in city.districts)
    shaded = replace(plain, shades=shades)
    scale = metres(comparison_maps.scale_m(span_m))
    return comparison_maps.file(shaded, (), span=span_m, title=title, scale_said=scale, font=font)


def picture_title(city: City, layer: str) -> str:
    """What a map is called in files and for those who do not see it."""
    return gettext("%(city)s: %(layer)s", city=named(city), layer=titles()[layer])


def _shade(each: Bin, layer: str) -> str:
    if layer == "count":
        return next(shade for least, shade in COUNTS if entries(each) >= least)
    if layer == "hot":
        return "heat2" if "heat_island" in each.hot else "oasis2" if "climate_oasis" in each.hot else ""
    if each.heat_share is None:
        return ""
    return next(shade for least, shade in BALANCES if each.heat_share >= least)


def _cell(each: Bin, layer: str) -> Cell:
    shade = _shade(each, layer)
    if layer == "hot":
        return Cell(each.cell, shade, shade[:-1])
    between = each.heat_share_interval
    if layer == "count" or between is None or between.high is None:
        return Cell(each.cell, shade)
    return Cell(each.cell, shade, "heat" if between.low > 0.5 else "oasis" if between.high < 0.5 else "")


def _count(each: Bin, kind: str) -> str:
    counted = each.kinds.get(kind)
    if counted is None:
        return "–"
    return ngettext(
        "%(entries)s from %(number)s person",
        "%(entries)s from %(number)s people",
        counted.contributors,
        entries=number(counted.submissions),
        number=number(counted.contributors),
    )


def _said(each: Bin, questionnaire: Questionnaire) -> str:
    lines = [
        gettext("%(kind)s: %(count)s", kind=questionnaire.kind_label(kind, lang()), count=_count(each, kind))
        for kind in each.kinds
    ]
    return " · ".join(lines)


def _heat_share(each: Bin) -> str:
    if each.heat_share is None or each.heat_share_interval is None:
        return "–"
    return f"{percent(each.heat_share)} {span(each.heat_share_interval, percent)}"
