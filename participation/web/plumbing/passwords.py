"""What a password must be, in the words of the page; the rule itself is the service's."""

import unicodedata
from typing import Any

from flask import current_app
from flask_babel import gettext, ngettext
from flask_security import PasswordUtil, hash_password

from participation.errors import Invalid
from participation.models.accounts import PASSWORD_MIN, Account
from participation.services import accounts


class Passwords(PasswordUtil):
    """Tells the library whether a new password will do."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """What is wrong, and the password as it will be hashed."""
        typed = normal(password)
        user: Account | None = kwargs.get("user")
        wrong = problem(typed, about=about(user.email, user.scope) if user else [])
        return ([wrong] if wrong else None), typed


def about(email: str, scope: Any) -> list[str]:
    """What others know of a person, and a password should not be made of."""
    return [email, *(scope.name.values() if scope is not None else ()), "participation"]


def problem(password: str, *, about: list[str]) -> str:
    """What is wrong with a new password, as a sentence; empty where nothing is."""
    try:
        accounts.check_password(password, about=about)
    except Invalid as error:
        return _sentence(error, password)
    return ""


def normal(password: str) -> str:
    """A password as it is hashed and compared: "ü" can be typed as one letter or as two."""
    return unicodedata.normalize(current_app.config["SECURITY_PASSWORD_NORMALIZE_FORM"], password)


def hashed(password: str) -> str:
    """What is kept of a password."""
    made: str = hash_password(normal(password))
    return made


def _sentence(error: Invalid, password: str) -> str:
    if error.code == "password_length":
        if len(password) > PASSWORD_MIN:
            return gettext("This password is longer than we can take.")
        return ngettext(
            "Please use at least %(num)s character.", "Please use at least %(num)s characters.", PASSWORD_MIN
        )
    return gettext("This password is easy to guess. Several words that do not belong together are better.")
