"""The comparison of the cities of a partnership, read from the stored result."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from participation import comparison_charts
from participation.comparison_charts import Chart
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.models.translations import Translation
from participation.services import comparison_notes, comparison_voices, translations
from participation.web.basemaps import basemap_of
from participation.web.forms import comparisons as forms
from participation.web.forms.comparisons import Chosen
from participation.web.plumbing import comparison_facts, comparison_layers
from participation.web.plumbing.access import account
from participation.web.plumbing.comparison_contents import Contents, Key, contents, key, shown_ids
from participation.web.plumbing.comparison_methods import method_lines, note_title
from participation.web.plumbing.formats import named
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("comparisons", __name__)
INDENTED = re.compile(r"\n\s+")


@blueprint.get("/<lang:lang>/compare/<partnership>")
def page(partnership: str) -> str:
    """The whole comparison; `?campaign=`, and `?city=` twice for two cities or once with "all"."""
    chosen = forms.read(request.args, db, partnership)
    found = contents(chosen)
    reader = account()
    voices = comparison_voices.published(db, ids=shown_ids(found)) if found else {}
    translated = translations.into(db, submissions=voices.values(), lang=lang())
    may_note = comparison_notes.may_write(reader, chosen.partnership)
    drawing = Drawing(key(chosen), may_note, chosen, found) if found else None
    return render_template(
        "comparisons/page.html",
        chosen=chosen,
        found=found,
        kept=_kept(drawing) if drawing else None,
        drawn_voices=_voices(Speaking(drawing, tuple(_said(voices, translated)), voices, translated))
        if drawing
        else None,
        notes=comparison_notes.listing(db, campaign=chosen.campaign, reader=reader) if chosen.campaign else [],
        may_note=may_note,
        facts=comparison_facts,
        note_title=note_title,
        map_settings=_map_settings(chosen, found) if found else {},
    )


@dataclass(frozen=True)
class Drawing:
    """What the larger part of the page is drawn from; two with the same key look the same."""

    key: Key
    may_note: bool
    chosen: Chosen = field(compare=False)
    found: Contents = field(compare=False)


class Kept(NamedTuple):
    """What is drawn once: what there is to choose, figures, maps and tables, and in the end what they cannot say."""

    choice: Markup
    result: Markup
    limits: Markup


@lru_cache(maxsize=32)
def _kept(drawing: Drawing) -> Kept:
    """Changes only with the result: hundreds of rows that need not be drawn for each reader."""
    choice = render_template("comparisons/_choice.html", chosen=drawing.chosen)
    result = render_template(
        "comparisons/_result.html",
        chosen=drawing.chosen,
        found=drawing.found,
        may_note=drawing.may_note,
        layers=comparison_layers,
        facts=comparison_facts,
    )
    limits = render_template("comparisons/_limits.html", found=drawing.found, method=method_lines(drawing.found))
    return Kept(_drawn(choice), _drawn(result), _drawn(limits))


@dataclass(frozen=True)
class Speaking:
    """What the voices are drawn from; where the rest of the page looks the same and the same is said, so do they."""

    drawing: Drawing
    said: tuple[tuple[object, ...], ...]
    voices: Mapping[str, Submission] = field(compare=False)
    translated: Mapping[UUID, Translation] = field(compare=False)


def _said(voices: Mapping[str, Submission], translated: Mapping[UUID, Translation]) -> Iterator[tuple[object, ...]]:
    """All that is shown of each text, read just now: what is erased or redacted is gone at once."""
    for name, one in voices.items():
        other = translated.get(one.id)
        beside = (other.text, other.method, other.provider, other.reviewed) if other else ()
        yield (name, one.text, one.text_lang, one.created_at, one.redacted_at, *beside)


@lru_cache(maxsize=32)
def _voices(speaking: Speaking) -> Markup:
    text = render_template(
        "comparisons/_voices.html",
        chosen=speaking.drawing.chosen,
        found=speaking.drawing.found,
        voices=speaking.voices,
        translated=speaking.translated,
        facts=comparison_facts,
    )
    return Markup(text)  # noqa: S704  # a template has escaped it


def _drawn(text: str) -> Markup:
    """Without the indentation of the templates, which is a tenth of a page like this."""
    return Markup(INDENTED.sub("\n", text))  # noqa: S704  # a template has escaped it


def _map_settings(chosen: Chosen, found: Contents) -> dict[str, Any]:
    """What the script of the maps has to know."""

    def facts(city: City) -> dict[str, Any]:
        address = {"partnership": chosen.partnership.slug, "slug": city.slug, **chosen.query()}
        return {
            "slug": city.slug,
            "name": named(city),
            "box": found.boxes.get(city.slug, city.area.box),
            "source": city.boundary_source,
            "outline": url_for("basemaps.outline", city=city.slug) + f"?lang={lang()}",
            "cells": url_for("comparison_files.cells", **address),
            "basemap": basemap_of(city),
        }

    return {"lang": lang(), "cities": [facts(city) for city in chosen.cities]}


@blueprint.app_template_filter("chart_drawing")
def chart_drawing(chart: Chart) -> Markup:
    """The rows of a chart for an svg element of the page."""
    return Markup(comparison_charts.drawing(chart))  # noqa: S704  # escapes what it writes


@blueprint.app_template_filter("chart_height")
def chart_height(chart: Chart) -> int:
    """How high that element has to be."""
    return comparison_charts.height(chart)


@blueprint.app_template_global("chart_sign")
def chart_sign(group: int) -> Markup:
    """The shape of a group, for the key."""
    return Markup(comparison_charts.sign(group))  # noqa: S704  # fixed shapes
