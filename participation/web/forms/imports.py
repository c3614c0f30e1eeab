"""The words of imports: why a file or a row is refused, what a column may hold, and what the form of a file says."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict

from participation.errors import Problem
from participation.web.forms.messages import message
from participation.web.plumbing.formats import number

Details = Mapping[str, Any]


def state_labels() -> dict[str, str]:
    """What has become of an import."""
    return {
        "uploaded": gettext("Not imported yet"),
        "queued": gettext("Waits to be read"),
        "running": gettext("Is being read"),
        "done": gettext("Imported"),
        "refused": gettext("Nothing imported: some rows are wrong"),
        "failed": gettext("Could not be imported"),
    }


def field_labels() -> dict[str, str]:
    """What a column may hold beside the answers of the questionnaire."""
    return {
        "id": gettext("Number or id of the row"),
        "kind": gettext("Kind of entry"),
        "lat": gettext("Latitude"),
        "lon": gettext("Longitude"),
        "district": gettext("District"),
        "place_words": gettext("Description of the place"),
        "text_lang": gettext("Language of the text"),
    }


def file_problem(code: str, details: Details) -> str:
    """Why a file as a whole is refused, and what to do."""
    known = _FILES.get(code)
    return known(details) if known else gettext("This file cannot be imported.")


def row_problem(code: str, details: Details) -> str:
    """What is wrong with a row or one of its cells."""
    known = _ROWS.get(code)
    return known(details) if known else message(Problem(code, details))


def wanted(form: MultiDict[str, str], columns: Sequence[str], fields: Collection[str]) -> dict[str, Any]:
    """What the form says that is to be done with a file; its columns are numbered, because they may be called anything.

    A column that is named like a field is read as that field, unless the mapping says that it is left out.
    """
    chosen = {column: form.get(f"column-{place}", "") for place, column in enumerate(columns)}
    return {
        "kind": form.get("kind") or None,
        "campaign": form.get("campaign") or None,
        "text_lang": form.get("text_lang", ""),
        "as_published": bool(form.get("as_published")),
        "mapping": {column: field for column, field in chosen.items() if field or column in fields},
    }


def _count(details: Details, name: str) -> str:
    value = details.get(name, "")
    return number(int(value)) if str(value).isdigit() else "?"


_FILES: dict[str, Callable[[Details], str]] = {
    "column_unknown": lambda _: gettext("The file does not have the columns of this mapping."),
    "campaign_unknown": lambda _: gettext("This city does not have this campaign."),
    "field_twice": lambda _: gettext("Two columns are taken for the same thing. Please choose one of them."),
    "field_unknown": lambda _: gettext("The mapping names something that the questionnaire does not ask for."),
    "file_broken": lambda details: gettext(
        "Line %(line)s cannot be read: a quotation mark is missing or stands where none belongs, or a cell is endless.",
        line=_count(details, "line"),
    ),
    "file_empty": lambda _: gettext("The file is empty."),
    "file_gone": lambda _: gettext("The file is not kept any more. Please send it again."),
    "file_is_internal": lambda _: gettext(
        "This is an internal file. It does not say which points are near a home, so nothing of it can be published at "
        "once. Import it without this choice, or import the public file."
    ),
    "file_long_line": lambda details: gettext(
        "Line %(line)s has more than %(most)s characters: this is no table.",
        line=_count(details, "line"),
        most=_count(details, "most"),
    ),
    "file_missing": lambda _: gettext("Please choose a file."),
    "file_no_header": lambda _: gettext("The first row must name the columns, each one differently."),
    "file_not_geojson": lambda _: gettext("This is not GeoJSON with a list of features (FeatureCollection)."),
    "file_not_ours": lambda _: gettext("Only a file that was downloaded here can be published at once."),
    "file_not_text": lambda _: gettext("This is neither a table as text (CSV), nor GeoJSON, nor an Excel workbook."),
    "file_not_utf8": lambda _: gettext("The letters of this file cannot be read. In Excel, save it as “CSV UTF-8”."),
    "file_not_workbook": lambda _: gettext(
        "This workbook cannot be read. Please save it anew as Excel workbook (.xlsx), or as “CSV UTF-8”."
    ),
    "file_old_workbook": lambda _: gettext(
        "This is a workbook in the old format of Excel (.xls). Please save it as .xlsx, or as “CSV UTF-8”."
    ),
    "file_too_large": lambda details: gettext(
        "A file may have at most %(most)s MB. Please go back and divide it.", most=_count(details, "megabytes")
    ),
    "file_too_many_columns": lambda details: gettext(
        "The file has more than %(most)s columns.", most=_count(details, "most")
    ),
    "file_too_many_rows": lambda details: gettext(
        "The file has more than %(most)s rows. Please divide it.", most=_count(details, "most")
    ),
    "imported_meanwhile": lambda _: gettext(
        "Somebody else has imported the same rows in this moment. Nothing was stored; please send the file again."
    ),
    "kind_required": lambda _: gettext("Please say of which kind the entries are, or which column says it."),
    "kind_unknown": lambda _: gettext("The campaign does not offer this kind of entry."),
    "language_unknown": lambda _: gettext("This is not the code of a language, such as de or es-PE."),
    "mapping_unknown": lambda _: gettext("There is no such mapping any more."),
    "too_much_support": lambda details: gettext(
        "The file counts more than %(most)s supports in all.", most=_count(details, "most")
    ),
    "workbook_too_large": lambda details: gettext(
        "The workbook has more than %(most)s MB when it is unpacked.", most=_count(details, "megabytes")
    ),
}


def _unknown_code(details: Details) -> str:
    values = details.get("values", details.get("value", ""))
    shown = ", ".join(map(str, values)) if isinstance(values, list | tuple) else str(values)
    return gettext("Not a known code: %(values)s", values=shown[:200])


_ROWS: dict[str, Callable[[Details], str]] = {
    "cells": lambda details: ngettext(
        "The row has %(count)s cells, the first one has %(num)s.",
        "The row has %(count)s cells, the first one has %(num)s.",
        int(details.get("expected", 0)),
        count=_count(details, "count"),
    ),
    "duplicate": lambda _: gettext("It is there already, with the same id or with the same kind, point and text."),
    "empty": lambda _: gettext("It has neither a point nor a text."),
    "gone": lambda _: gettext("It was refused, taken down or taken back, and does not come again."),
    "no_point": lambda _: gettext("Its geometry is not a point."),
    "not_a_count": lambda _: gettext("This is not a count."),
    "not_a_point": lambda _: gettext("These are not latitude and longitude in degrees."),
    "not_a_time": lambda _: gettext("This is not a time in the past, such as 2026-07-01T12:00:00Z."),
    "not_asked": lambda _: gettext("This question does not belong to this kind of entry."),
    "outside": lambda _: gettext("The point lies outside the city."),
    "too_many": lambda details: ngettext(
        "At most %(num)s answer is possible.", "At most %(num)s answers are possible.", int(details.get("max", 0))
    ),
    "unknown_code": _unknown_code,
    "where_required": lambda _: gettext("It has no latitude and longitude."),
}
