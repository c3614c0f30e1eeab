"""What is saved as an export profile, read from what was chosen, and told in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from participation.codebook import field
from participation.errors import FormInvalid, Invalid, Problem
from participation.locales import BY_CODE
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile
from participation.questionnaire import load, versions
from participation.services import campaigns, locations
from participation.services.export_profiles import Wish
from participation.services.export_tables import SUBMISSIONS, TABLES
from participation.web.forms import export_files, export_pages
from participation.web.forms.export_pages import Asked
from participation.web.forms.exports import RECORDS
from participation.web.forms.filters import Args
from participation.web.plumbing.locale import lang

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ToSave:
    """The form for a profile: what is chosen in words, where it goes, and the columns with what they mean."""

    said: list[str]
    address: str
    back: str
    columns: dict[str, str]
    ticked: list[str]
    replaces: bool


def to_save(session: Session, city: City, args: Args, form: Args) -> ToSave:
    """What the form shows; raises Invalid for a file that is not offered."""
    file, asked = _file(city, args), _asked(session, city, args)
    columns = _columns(file, asked)
    ticked = form.getlist("columns") or [name for name in args.get("columns", "").split(",") if name] or columns
    page = {name: value for name, value in asked.query().items() if name != "file"}
    kept: dict[str, Any] = {name: args[name] for name in ("name", "columns") if args.get(name)}
    return ToSave(
        said=_said(file, _pairs(file, asked)),
        address=url_for("export_profiles.new", city=city.slug, file=file, **page, **kept),
        back=url_for("export_pages.staff", city=city.slug, **page),
        columns={name: field(file.partition(".")[0], name)[lang()] for name in columns},
        ticked=ticked,
        replaces="name" in kept,
    )


def wish(session: Session, city: City, args: Args, form: Args) -> Wish:
    """What is to be saved; raises Invalid as `to_save`, and FormInvalid where no column is left."""
    file, asked = _file(city, args), _asked(session, city, args)
    pairs, columns = _pairs(file, asked), _columns(file, asked)
    chosen = [name for name in columns if name in form.getlist("columns")]
    if columns and not chosen:
        raise FormInvalid({"columns": Problem("required")})
    if chosen != columns:
        pairs.append(("columns", ",".join(chosen)))
    table = file.partition(".")[0]
    return Wish(file, tuple(pairs), ("profile", "internal") in pairs or table in RECORDS)


def to_change(profile: ExportProfile) -> str:
    """Where a profile is opened again to be changed."""
    pairs = MultiDict((export_pages.PAGE_NAMES.get(name, name), value) for name, value in profile.query)
    chosen: dict[str, Any] = pairs.to_dict(flat=False)
    return url_for(
        "export_profiles.new", city=profile.city.slug, **{**chosen, "file": profile.file, "name": profile.name}
    )


def in_words(profile: ExportProfile) -> list[str]:
    """The file of a profile, and what was chosen for it."""
    return _said(profile.file, [(name, value) for name, value in profile.query])


def _file(city: City, args: Args) -> str:
    file = args.get("file", "")
    if not export_files.is_offered(file) or not export_files.is_savable(city, file):
        raise Invalid("filter_unknown", name="file")
    return file


def _asked(session: Session, city: City, args: Args) -> Asked:
    rounds, districts = campaigns.of_city(session, city=city), locations.districts(session, city=city)
    return export_pages.read(args, session, city, campaigns=rounds, districts=districts, page_language=lang())


def _pairs(file: str, asked: Asked) -> list[tuple[str, str]]:
    return [
        (name, one)
        for name, value in asked.of_file(file.partition(".")[0]).items()
        for one in (value if isinstance(value, list) else [value])
    ]


def _columns(file: str, asked: Asked) -> list[str]:
    table = TABLES.get(file.partition(".")[0])
    if table is None or not export_files.can_choose_columns(file):
        return []
    internal = asked.filter.internal and table == SUBMISSIONS
    return [column.name for column in table.of(internal=internal)]


def _said(file: str, pairs: Pairs) -> list[str]:
    """Each part in words; what somebody would not miss is left out."""
    newest = load(versions()[-1])
    layouts = {"excel": gettext("Excel and LibreOffice"), "machine": gettext("Programs: R, Python, QGIS")}
    labels = {"text": gettext("answers in words"), "both": gettext("answers as codes and in words")}
    told = {
        "kind": lambda kind: newest.kind_label(kind, lang()),
        "campaign": lambda code: gettext("campaign %(code)s", code=code),
        "place_type": lambda code: newest.label("place_type", code, lang()),
        "district": lambda code: gettext("district %(code)s", code=code),
        "bbox": lambda _: gettext("a part of the map"),
        "from": lambda day: gettext("from %(day)s", day=day),
        "to": lambda day: gettext("until %(day)s", day=day),
        "layout": lambda code: layouts[code],
        "labels": lambda code: labels.get(code, ""),
        "lang": lambda code: BY_CODE[code].own_name,
        "columns": lambda some: _so_many_columns(some.count(",") + 1),
    }
    return [file, *(words for name, value in pairs if name in told and (words := told[name](value)))]


def _so_many_columns(n: int) -> str:
    return ngettext("%(num)s column", "%(num)s columns", n)
