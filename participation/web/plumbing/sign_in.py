"""Staff sign-in by Flask-Security, on our own accounts."""

from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, g, session
from flask_babel import lazy_gettext
from flask_security import RoleMixin, Security, SQLAlchemySessionUserDatastore, UserMixin, user_authenticated, views
from sqlalchemy import select

from participation.models.accounts import PASSWORD_MIN, Account
from participation.web.forms.accounts import SignInForm
from participation.web.plumbing.limits import limited
from participation.web.plumbing.sessions import db

log = structlog.get_logger()
NEVER_STALE = timedelta(seconds=-1)
LOGIN_KEYS = ("_user_id", "_id", "_fresh", "fs_cc", "fs_paa")
_login = limited("sign_ins")(views.login)


class StaffUser(UserMixin, Account):  # type: ignore[misc]  # both describe the same columns
    """An account as the library wants to see it; the same table and the same rows."""


class Accounts(SQLAlchemySessionUserDatastore):
    """Finds accounts for the library, in the session of the request."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> StaffUser | None:
        """One account by e-mail address or by the key of a session."""
        query = select(StaffUser).filter_by(**{name: str(value).lower() for name, value in kwargs.items()})
        return db.scalar(query)


def init(app: Flask) -> None:
    """Mount the sign-in and the sign-out under the staff's address, and nothing else of the library."""
    _configure(app)
    # The library's roles are not used: what somebody may do is for the services to say.
    found_in = Accounts(db, StaffUser, RoleMixin)  # type: ignore[arg-type]  # any session does
    security = Security(app, found_in, login_form=SignInForm)
    # Pages only: no answers in JSON, and no way in by a token in the query or a header.
    security.want_json(lambda _request: False)
    security.login_manager.request_loader(None)
    user_authenticated.connect(_begin, app)
    app.view_functions["security.login"] = _login


def _configure(app: Flask) -> None:
    app.config.update(
        SECURITY_URL_PREFIX="/<lang:lang>/staff",
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="decisions.home",
        SECURITY_POST_LOGOUT_VIEW="security.login",
        SECURITY_LOGIN_USER_TEMPLATE="accounts/sign_in.html",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # argon2 salts each password itself; a second salt from a setting would die with that setting.
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_PASSWORD_LENGTH_MIN=PASSWORD_MIN,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        # One sentence for whatever was wrong, so that nobody learns who has an account.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_MSG_GENERIC_AUTHN_FAILED=(lazy_gettext("The e-mail address and the password do not match."), "error"),
        # Flashes are ours, in the language of the page.
        SECURITY_FLASH_MESSAGES=False,
        # What the library would mount beside sign-in and sign-out: its files, its second sign-in, its commands.
        SECURITY_STATIC_FOLDER=None,
        SECURITY_STATIC_FOLDER_URL=None,
        SECURITY_FRESHNESS=NEVER_STALE,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        # It would compare addresses, which change on the way between two cells of a mobile network.
        SESSION_PROTECTION=None,
    )


def _begin(_app: Flask, user: StaffUser, **_details: Any) -> None:
    """A session begins anew with each sign-in: what was in it before may be known to somebody else."""
    for key in set(session) - set(LOGIN_KEYS):
        session.pop(key)
    g.pop("csrf_token", None)
    log.info("signed_in", account_id=user.id)
