"""The pages of downloads: one for everybody, one for the staff of the city."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext

from participation.errors import NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.services import (
    campaigns,
    cities,
    decisions,
    export_lines,
    export_profiles,
    export_sizes,
    export_tokens,
    export_versions,
    locations,
    roles,
    tile_facets,
)
from participation.services.export_licences import licence_of
from participation.services.export_sizes import Size
from participation.services.export_tables import SUBMISSIONS, TABLES
from participation.services.export_versions import Version
from participation.services.exports import Export
from participation.services.tile_facets import Facets
from participation.settings import Settings
from participation.web.forms import export_files, filters
from participation.web.forms import export_pages as form_of
from participation.web.forms import export_profiles as saved_ones
from participation.web.forms.export_pages import Asked
from participation.web.forms.exports import RECORDS
from participation.web.forms.submissions import wording
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.formats import day, named
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("export_pages", __name__)


@blueprint.get("/<lang:lang>/<city>/downloads")
def public(city: str) -> str:
    """Everything that everybody may have, with the filters of the map and the list."""
    found = cities.by_slug(db, slug=city)
    return _public(found, export_versions.current(db, city=found), pinned=False)


@blueprint.get("/<lang:lang>/<city>/downloads/versions/<label>")
def version(city: str, label: str) -> str | tuple[str, int]:
    """A permanent link: exactly that version while it is the current one, then what has become of it."""
    found = cities.by_slug(db, slug=city)
    wanted, current = export_versions.parse(label), export_versions.current(db, city=found)
    if wanted == current:
        return _public(found, current, pinned=True)
    past = export_versions.past(db, city=found, version=wanted)
    return render_template("exports/version.html", city=found, version=wanted, past=past), 410


@blueprint.get("/<lang:lang>/staff/<city>/exports")
@needs("export_internal")
def staff(city: str) -> str:
    """The same for the staff of a city, with what is not public, and the profiles of its lead."""
    found, account, now = cities.by_slug(db, slug=city), signed_in(), datetime.now(UTC)
    base_url = current_app.extensions["participation_settings"].base_url
    profiles = [
        (
            profile,
            saved_ones.in_words(profile),
            export_files.saved_size(db, found, profile, base_url=base_url, now=now),
            sum(export_tokens.state(token, now=now) == "works" for token in profile.tokens),
        )
        for profile in export_profiles.of_city(db, account=account, city=found)
    ]
    return render_template(
        "exports/staff.html",
        profiles=profiles,
        may_manage=roles.may_in(account, "manage_exports", found),
        may_see_log=decisions.may_take_record(account, found),
        **_context(found, account=account),
    )


def _public(city: City, current: Version, *, pinned: bool) -> str:
    context = _context(city, version=current.label if pinned else "")
    return render_template("exports/downloads.html", pinned=pinned, **context, **_cited(city, current))


def _context(city: City, *, account: Account | None = None, version: str = "") -> dict[str, Any]:
    """What all pages show: what is chosen, what can be chosen, and the files, of one version only if it is named."""
    rounds, districts = campaigns.of_city(db, city=city), locations.districts(db, city=city)
    asked = form_of.read(request.args, db, city, campaigns=rounds, districts=districts, page_language=lang())
    asked = replace(asked, version=version)
    if asked.filter.internal and account is None:
        raise NotFound("nothing_here")
    facets = tile_facets.on_list(db, city=city, chosen=asked.filter)
    questionnaire = wording(asked.campaign, rounds)
    with_record = account is not None and decisions.may_take_record(account, city)
    sizes = _sizes(city, asked, facets, with_record=with_record)
    return {
        "city": city,
        "chosen": asked,
        "facets": facets,
        "offered": filters.offered(
            facets, districts=districts, campaigns=rounds, questionnaire=questionnaire, language=lang()
        ),
        "campaigns": rounds,
        "questionnaire": questionnaire,
        "tables": export_files.tables(city, asked, sizes),
        "together": export_files.together(city, asked, sizes),
    }


def _sizes(city: City, asked: Asked, facets: Facets, *, with_record: bool) -> dict[str, Size]:
    now, settings = datetime.now(UTC), current_app.extensions["participation_settings"]
    wanted = {
        name: Export(
            TABLES[name],
            city,
            asked.filter if name == SUBMISSIONS.name else replace(asked.filter, internal=False),
            now,
            labels=asked.labels,
            lang=asked.language,
            base_url=settings.base_url,
        )
        for name in export_files.FORMATS
        if with_record or name not in RECORDS
    }
    how = export_lines.layout(asked.layout, asked.language)
    return export_sizes.of_tables(db, exports=wanted, how=how, entries=facets.in_file, of_all=facets.of_all)


def _cited(city: City, version: Version) -> dict[str, Any]:
    """Licence, and how to name the data as a source."""
    settings: Settings = current_app.extensions["participation_settings"]
    today = city.today(datetime.now(UTC))
    permanent = settings.base_url + url_for("export_pages.version", city=city.slug, label=version.label)
    licence = licence_of(city.country)
    citation = gettext(
        "%(city)s (%(year)s): Hot and cool places, entries of residents. Version %(version)s of %(day)s, "
        "licence %(licence)s. %(address)s",
        city=named(city),
        year=today.year,
        version=version.number,
        day=day(today),
        licence=licence.code,
        address=permanent,
    )
    return {"version": version, "permanent": permanent, "licence": licence, "citation": citation}
