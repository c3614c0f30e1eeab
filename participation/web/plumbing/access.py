"""Who may open a staff page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from participation.models.accounts import Account
from participation.models.cities import City
from participation.services import roles

P = ParamSpec("P")
R = TypeVar("R")


def account() -> Account | None:
    """Who is signed in."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def decides_in(city: City) -> bool:
    """Whether somebody is signed in who decides in this city."""
    found = account()
    return found is not None and roles.may_in(found, "decide", city)


def staff_only(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Send everybody else to the sign-in and back afterwards."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if account() is None:
            here: Any = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("security.login", next=here))
        return view(*args, **kwargs)

    return guarded


def needs(action: str) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """For the staff whose role may do this somewhere, by the table of roles; for all other staff the page is not there.

    Whether it is the right city is for the service to say.
    """

    def protect(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def allowed(*args: P.args, **kwargs: P.kwargs) -> R:
            roles.check(signed_in(), action)
            return view(*args, **kwargs)

        guarded = staff_only(allowed)
        guarded.action = action  # type: ignore[attr-defined]  # read by a test over all pages
        return guarded

    if action not in roles.TABLE:
        raise KeyError(action)
    return protect


def signed_in() -> Account:
    """The account behind a page that is for the staff."""
    found = account()
    if found is None:
        raise RuntimeError("this view is not marked as staff_only")
    return found
