"""With what a file is asked for, and by whom: the request itself, or a saved profile that stands in for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from flask import abort, g, make_response, render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile
from participation.services import export_versions
from participation.web.plumbing import problems
from participation.web.plumbing.access import account

P = ParamSpec("P")
R = TypeVar("R")
Args = MultiDict[str, str]


@dataclass(frozen=True)
class Asking:
    """A profile in the place of a request: its pairs, whose rights count, and its name."""

    args: Args
    reader: Account
    name: str


def can_be_saved(view: Callable[P, R]) -> Callable[P, R]:
    """For a view of files that asks `asked` and `asker`, and not the request itself: profiles may stand for it."""
    view.can_be_saved = True  # type: ignore[attr-defined]
    return view


def can_stand_for(view: Callable[..., object]) -> bool:
    """Whether a profile may stand for a request of this view."""
    return getattr(view, "can_be_saved", False)


def ask_as(profile: ExportProfile, reader: Account) -> None:
    """From here on the request asks for what the profile holds, with the rights of this account."""
    g.export_asking = Asking(MultiDict((name, value) for name, value in profile.query), reader, profile.name)


def asked() -> Args:
    """What the file is asked with."""
    asking: Asking | None = g.get("export_asking")
    return asking.args if asking else request.args


def asker() -> Account | None:
    """Whose rights count."""
    asking: Asking | None = g.get("export_asking")
    return asking.reader if asking else account()


def saved_as() -> str:
    """The name of the profile that is used; empty where the request asks for itself."""
    asking: Asking | None = g.get("export_asking")
    return asking.name if asking else ""


def is_saved() -> bool:
    """Whether a profile stands for the request, which has been counted where the profile was asked for."""
    return bool(saved_as())


def only_of_version(session: Session, *, city: City, number: int) -> None:
    """Where one version is asked for, and the data are those of another: 410, with what has changed since."""
    label = asked().get("version", "")
    wanted = export_versions.parse(label) if label else None
    if wanted is None or wanted == export_versions.at_number(session, city=city, number=number):
        return
    past = export_versions.past(session, city=city, version=wanted)
    if problems.wanted():
        detail = gettext("This version is no longer the current one.")
        abort(problems.answer(410, detail, code="version_gone", current_version=number, changes=past.changes))
    abort(make_response(render_template("exports/version.html", city=city, version=wanted, past=past), 410))
