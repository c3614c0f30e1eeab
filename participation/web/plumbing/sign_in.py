"""Staff sign-in by Flask-Security, on our own accounts and with our own rows for sessions."""

from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Flask, abort, current_app, g, request, session
from flask_login import user_logged_out
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    recovery_codes,
    user_authenticated,
    views,
)
from flask_security.utils import set_request_attr
from sqlalchemy import select
from werkzeug.wrappers import Response

from participation import database
from participation.models.accounts import Account
from participation.models.passkeys import Passkey
from participation.services import account_sessions, accounts, roles
from participation.settings import Settings
from participation.web.forms.accounts import AppForm, PasskeyForm, RescueForm, SecondStepForm, SignInForm, is_own_path
from participation.web.plumbing import second_factor, sign_in_mails, sign_in_options, sign_in_sentences
from participation.web.plumbing.limits import limited
from participation.web.plumbing.passwords import Passwords
from participation.web.plumbing.sessions import SAFE, db

log = structlog.get_logger()
# Where the session keeps the key of its row.
KEY = "key"
LOGIN_KEYS = ("_user_id", "_id", "_fresh", "fs_cc", "fs_paa")
# Wherever a secret can be guessed; and mails that somebody else may not want.
GUESSED = {
    "login": views.login,
    "verify": views.verify,
    "change_password": views.change_password,
    "two_factor_token_validation": views.two_factor_token_validation,
    "mf_recovery": recovery_codes.mf_recovery,
}
LIMITED = {name: limited("sign_ins")(limited("sign_ins_of_one")(view)) for name, view in GUESSED.items()}
LIMITED["forgot_password"] = limited("resets")(limited("resets_of_one")(views.forgot_password))


class StaffUser(UserMixin, Account):  # type: ignore[misc]  # both describe the same columns
    """An account as the library wants to see it; the same table and the same rows."""


class Accounts(SQLAlchemySessionUserDatastore):
    """Finds accounts for the library, in the session of the request."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> StaffUser | None:
        """One account by its id, by e-mail address or by what its links and sessions carry."""
        wanted = {name: value.lower() if isinstance(value, str) else value for name, value in kwargs.items()}
        return db.scalar(select(StaffUser).filter_by(**wanted))

    def set_uniquifier(self, user: Any, uniquifier: str | None = None) -> None:
        """A new password ends all sessions, whoever asks for it."""
        accounts.end_sessions(db, account=user)


class StaffSecurity(Security):
    """The library, without what we do not need of it."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        # It asks for its own drawer of QR codes; ours is another one.
        return module == "qrcode" or super()._check_modules(module, config_name)


def init(app: Flask, settings: Settings) -> None:
    """Mount the sign-in and what belongs to it under the staff's address."""
    app.config.update(sign_in_options.options(settings) | sign_in_sentences.sentences())
    # Else every reader's session would be written to; the sessions of the staff are rows of their own.
    app.config["SESSION_PROTECTION"] = None
    # The library's roles are not used: what somebody may do is for the services to say.
    found_in = Accounts(db, StaffUser, RoleMixin, Passkey)  # type: ignore[arg-type]  # any session does
    security = StaffSecurity(
        app,
        found_in,
        login_form=SignInForm,
        two_factor_setup_form=AppForm,
        two_factor_select_form=SecondStepForm,
        two_factor_rescue_form=RescueForm,
        wan_register_form=PasskeyForm,
        totp_cls=second_factor.Codes,
        mf_recovery_codes_util_cls=second_factor.RecoveryCodes,
        mail_util_cls=sign_in_mails.Mails,
        password_util_cls=Passwords,
    )
    sign_in_sentences.speak_only_ours(app)
    # Pages only: no answers in JSON, and no way in by a token in the query or a header.
    security.want_json(lambda _request: False)
    security.login_manager.request_loader(None)
    security.login_manager.user_loader(_load)
    # The library's way out for a lost phone is a mail to somebody; ours are recovery codes and the operator.
    app.view_functions["security.two_factor_rescue"] = lambda: abort(404)
    app.view_functions |= {f"security.{name}": view for name, view in LIMITED.items()}
    app.jinja_env.globals |= {"may": roles.may, "may_in": roles.may_in}
    app.before_request(_check_next)
    app.after_request(_note_use)
    user_authenticated.connect(_begin, app)
    user_logged_out.connect(_end, app)
    second_factor.init(app)
    sign_in_mails.init(app)


def _check_next() -> None:
    """A link must not choose a page of another host to follow a form of ours; the sign-in itself drops such a thing."""
    endpoint = request.endpoint or ""
    wanted = request.values.get("next")
    if endpoint.startswith("security.") and endpoint != "security.login" and wanted and not is_own_path(wanted):
        abort(404)


def _load(uniquifier: str) -> StaffUser | None:
    """Who is signed in: only while the row of this session is there, so that a copied cookie ends with it."""
    now = datetime.now(UTC)
    found = account_sessions.find(db, key=session.get(KEY, ""), kind=StaffUser, now=now)
    if found is None or found[0].fs_uniquifier != uniquifier:
        return None
    user, g.account_session = found
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return user


def _note_use(response: Response) -> Response:
    """Note every few minutes that a session is in use; apart from what the page itself does or does not store."""
    now, used = datetime.now(UTC), g.get("account_session")
    if used is not None and account_sessions.is_due(used, now=now) and request.method in SAFE:
        with database.writing(current_app.extensions["participation_engine"]) as writing:
            account_sessions.seen(writing, session_id=used.id, now=now)
            writing.commit()
    return response


def _begin(_app: Flask, user: StaffUser, **_details: Any) -> None:
    """A session begins anew with each sign-in: what was in it before may be known to somebody else."""
    for key in set(session) - set(LOGIN_KEYS):
        session.pop(key)
    g.pop("csrf_token", None)
    agent = request.headers.get("User-Agent", "")
    session[KEY] = account_sessions.begin(db, account_id=user.id, user_agent=agent, now=datetime.now(UTC))
    log.info("signed_in", account_id=user.id)


def _end(_app: Flask, **_details: Any) -> None:
    account_sessions.end_by_key(db, key=session.pop(KEY, ""))
    db.commit()
