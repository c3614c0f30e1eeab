"""What GeoReport clients send, read into a wish for requests or a draft of an entry."""

import re
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from participation.errors import FormInvalid, Invalid
from participation.models.cities import City
from participation.questionnaire import KINDS, Questionnaire
from participation.services.locations import Where
from participation.services.open311 import CLOSED, MOST, OPEN, Wanted
from participation.services.submissions import Draft
from participation.web.forms.messages import message
from participation.web.plumbing import moments

Args = MultiDict[str, str]
ATTRIBUTE = re.compile(r"attribute\[([a-z_]{1,40})\](?:\[\])?")
# How a client calls what we call otherwise.
CALLED = {"lon": "long", "place_words": "address_string", "text": "description", "kind": "service_code"}
FIELDS = ("lat", "lon", "place_words", "kind", "text_lang")


def wanted(args: Args) -> Wanted:
    """Which requests a query asks for; raises Invalid with the name of the parameter that cannot be read."""
    try:
        ids = tuple(UUID(one.strip()) for one in args.get("service_request_id", "").split(",") if one.strip())
    except ValueError:
        raise Invalid("parameter_wrong", name="service_request_id") from None
    if len(ids) > MOST:
        raise Invalid("parameter_wrong", name="service_request_id")
    return Wanted(
        ids=ids,
        kinds=_codes(args, "service_code", KINDS),
        first=_moment(args, "start_date"),
        last=_moment(args, "end_date", end=True),
        states=_codes(args, "status", (OPEN, CLOSED)),
    )


def draft(form: Args, *, questionnaire: Questionnaire, city: City, key: str) -> Draft:
    """The entry that a client sends. Who sends it (names, mail, telephone) and pictures elsewhere are not read."""
    answers: dict[str, object] = {}
    questions = {question.code: question for question in questionnaire.questions}
    for name, values in form.lists():
        found = ATTRIBUTE.fullmatch(name)
        if found:
            question = questions.get(found[1])
            several = len(values) > 1 or (question is not None and question.type == "multi")
            answers[found[1]] = values if several else values[0]
    if form.get("description"):
        answers["text"] = form["description"]
    return Draft(
        kind=form.get("service_code", ""),
        where=Where(
            lat=form.get("lat", ""),
            lon=form.get("long", ""),
            words=form.get("address_string", ""),
            near_home=form.get("near_home", "").lower() in ("1", "true", "yes"),
        ),
        answers=answers,
        text_lang=form.get("lang", "") or city.languages[0],
        idempotency_key=key,
    )


def complaints(invalid: FormInvalid) -> list[dict[str, Any]]:
    """Every problem of a draft under the name that the client knows."""
    return [
        {"code": 400, "field": called, "why": problem.code, "description": f"{called}: {message(problem)}"}
        for name, problem in sorted(invalid.problems.items())
        for called in [_called(name)]
    ]


def _called(name: str) -> str:
    return CALLED.get(name, name) if name in (*FIELDS, "text") else f"attribute[{name}]"


def _codes(args: Args, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(one.strip() for one in args.get(name, "").split(",") if one.strip()))
    if not {*codes} <= {*known}:
        raise Invalid("parameter_wrong", name=name)
    return codes or known


def _moment(args: Args, name: str, *, end: bool = False) -> Any:
    try:
        return moments.read(args[name], end=end) if args.get(name) else None
    except ValueError:
        raise Invalid("parameter_wrong", name=name) from None
