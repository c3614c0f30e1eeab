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
    "file_too_large": "{file} is larger than {megabytes} MB.",
    "file_unreadable": "{file} cannot be read: {why}",
    "file_wrong": "{file}: {key} {why}",
    "kind_unknown": "The campaign does not offer {kind}. It offers: {known}.",
    "language_unknown": "{language} is not a language tag such as de or es-PE.",
    "partnership_unknown": "No partnership has the slug {slug}.",
    "password_guessable": "The password is easy to guess: it is made of common words, names or rows of letters.",
    "password_length": "The password must have {min} to {max} characters.",
    "password_simple": "The password must have at least five different characters.",
    "questionnaire_in_use": "Campaign {campaign} must keep its questionnaire: it holds {submissions} submissions.",
    "role_unknown": "There is no role {role}. Roles are: {known}.",
    "scope_wrong": "The role {role} does not fit: moderators and city leads need --city, facilitators --partnership,"
    " operators neither.",
}
PROBLEMS = {
    "cells": "{count} cells instead of {expected}",
    "duplicate": "is there already, with the same kind, point and text",
    "empty": "neither a point nor a text",
    "no_point": "the geometry is not a point",
    "not_a_point": '"{lat}", "{lon}" is not a latitude and longitude in degrees',
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
