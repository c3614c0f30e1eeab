"""What services refuse, as sentences for the person at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from participation.cli.plumbing import phrase, sentence
from participation.errors import FormInvalid, Problem, ServiceError
from participation.geo import parse_point
from participation.models.cities import City
from participation.services.imports import Refusal

ERRORS = {
    "account_unknown": "No account has the address {email}.",
    "api_client_unknown": "There is no API client {id}.",
    "campaign_in_use": "Campaign {campaign} cannot go: it holds {submissions} submissions.",
    "campaign_missing": "{city} has no campaign yet: load a partnership with one first.",
    "campaign_unknown": "This city has no campaign {code}.",
    "city_in_use": "{slug} cannot leave the partnership: its campaigns hold {submissions} submissions of that city.",
    "city_unknown": "No city has the slug {slug}.",
    "column_unknown": "The file has no column {column}. It has: {known}.",
    "demo_slug_taken": "{slugs} is here already and is not part of the demo. Load the demo into a database of its own.",
    "district_in_use": "District {district} cannot go: {submissions} submissions without a point name it.",
    "email_bad": "{email} is not an e-mail address: {why}",
    "email_taken": "{email} has an account already.",
    "field_twice": "Two columns are mapped to {field}.",
    "field_unknown": "There is no field {field}. Fields are: {known}.",
    "file_broken": "Line {line} cannot be read: a quotation mark is missing or stands where none belongs, or a cell is"
    " endless.",
    "file_empty": "The file is empty.",
    "file_is_internal": "An internal file does not say which points are near a home, so nothing of it can be"
    " published at once. Import it without --as-published, or import the public file.",
    "file_long_line": "Line {line} has more than {most} characters: this is no table.",
    "file_no_header": "The first line must name the columns, each one differently.",
    "file_not_geojson": "This is not GeoJSON with a list of features (FeatureCollection).",
    "file_not_ours": "--as-published is for files of ours, with all their columns.",
    "file_not_text": "This is neither text (CSV, GeoJSON) nor a workbook (XLSX).",
    "file_not_utf8": "The text is not UTF-8. In Excel, save it as “CSV UTF-8”.",
    "file_not_workbook": "This workbook cannot be read. Save it anew as .xlsx, or as CSV UTF-8.",
    "file_old_workbook": "This is a workbook in the old format of Excel (.xls). Save it as .xlsx, or as CSV UTF-8.",
    "file_too_large": "{file} is larger than {megabytes} MB.",
    "file_too_many_columns": "The file has more than {most} columns.",
    "file_too_many_rows": "The file has more than {most} rows. Divide it.",
    "file_unreadable": "{file} cannot be read: {why}",
    "file_wrong": "{file}: {key} {why}",
    "imported_meanwhile": "Somebody else has imported the same rows in this moment. Nothing was stored; try again.",
    "kind_required": "No column says what the rows are: name it with --kind, or map a column to the field kind.",
    "kind_unknown": "The campaign does not offer {kind}. It offers: {known}.",
    "language_unknown": "{language} is not a language tag such as de or es-PE.",
    "name_length": "A name has 1 to {max} characters.",
    "mapping_unknown": "No mapping has the name {name}. There are: {known}.",
    "partnership_unknown": "No partnership has the slug {slug}.",
    "password_guessable": "The password is easy to guess: it is made of common words, names or rows of letters.",
    "password_length": "The password must have {min} to {max} characters.",
    "password_simple": "The password must have at least five different characters.",
    "questionnaire_in_use": "Campaign {campaign} must keep its questionnaire: it holds {submissions} submissions.",
    "role_unknown": "There is no role {role}. Roles are: {known}.",
    "scope_wrong": "The role {role} does not fit: moderators and city leads need --city, facilitators --partnership,"
    " operators neither.",
    "too_much_support": "The file counts more than {most} supports in all.",
    "workbook_too_large": "The workbook is larger than {megabytes} MB when it is unpacked.",
}
PROBLEMS = {
    "cells": "{count} cells instead of {expected}",
    "duplicate": "is there already, with the same id or with the same kind, point and text",
    "empty": "neither a point nor a text",
    "gone": "was {status}, and does not come back",
    "no_point": "the geometry is not a point",
    "not_a_point": '"{lat}", "{lon}" is not a latitude and longitude in degrees',
    "not_a_count": '"{value}" is not a count',
    "not_a_time": '"{value}" is not a time in the past, such as 2026-07-01T12:00:00Z',
    "not_asked": "is not asked for {kind}",
    "outside": "outside the boundary of {city} ({lat}, {lon})",
    "too_long": "{length} characters, at most {max} are possible",
    "too_many": "{count} answers, at most {max} are possible",
    "unknown_code": "{values} is not a known code",
    "where_required": "no latitude and longitude",
}
# Their sentences say what is wrong without the name of a field.
WHOLE_ROW = ("row", "lat", "lon")
LONGEST = 300


@contextmanager
def explained() -> Iterator[None]:
    """Let a service's refusal end the command with one clear line."""
    try:
        yield
    except ServiceError as error:
        if isinstance(error, FormInvalid) or error.code not in ERRORS:
            raise click.ClickException(sentence(error)) from error
        shown = {name: _printable(value) for name, value in error.details.items()}
        raise click.ClickException(ERRORS[error.code].format_map(shown)) from error


def reasons(refusal: Refusal, city: City) -> list[tuple[str, str]]:
    """Why a row of an import was refused: (field or nothing, sentence) for each problem."""
    return [
        ("" if field in WHOLE_ROW else field, _reason(problem, refusal, city))
        for field, problem in sorted(refusal.problems.items())
    ]


def own_name(city: City) -> str:
    """The name of a city in its own language."""
    return city.name.get(city.languages[0]) or next(iter(city.name.values()))


def _reason(problem: Problem, refusal: Refusal, city: City) -> str:
    figures = {name: _printable(value) for name, value in problem.details.items()}
    figures |= {"city": own_name(city), "lat": _printable(refusal.lat), "lon": _printable(refusal.lon)}
    if problem.code == "outside":
        point = parse_point(refusal.lat, refusal.lon)
        figures |= {"lat": f"{point.lat:.5f}", "lon": f"{point.lon:.5f}"}
    if problem.code == "unknown_code":
        figures["values"] = ", ".join(f'"{_printable(value)}"' for value in _values(problem))
    template = PROBLEMS.get(problem.code)
    return template.format_map(figures) if template else phrase(problem.code, problem.details)


def _values(problem: Problem) -> list[object]:
    values = problem.details.get("values", problem.details.get("value"))
    return list(values) if isinstance(values, list | tuple) else [values]


def _printable(value: object) -> str:
    """Values come from files: a terminal must not obey them, and one of them must not fill it."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value))
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."
