"""Where somebody is signed in, and how to end that."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext
from flask_security import logout_user
from werkzeug.wrappers import Response

from participation.services import account_sessions, accounts
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("account_sessions", __name__)
Answer = str | Response
HERE = "/<lang:lang>/staff/account/sessions"


@blueprint.get(HERE)
@needs("own_account")
def listing() -> Answer:
    """In which browsers, since when, and when it was used last."""
    found = account_sessions.of_account(db, account=signed_in(), now=datetime.now(UTC))
    return render_template("accounts/sessions.html", sessions=found, this=g.account_session.id)


@blueprint.post(f"{HERE}/<uuid:session_id>/end")
@needs("own_account")
def end(session_id: UUID) -> Answer:
    """Signed out in one browser."""
    account_sessions.end(db, account=signed_in(), session_id=session_id)
    db.commit()
    flash(gettext("This session has ended."), "success")
    return redirect(url_for("account_sessions.listing"))


@blueprint.post(f"{HERE}/end")
@needs("own_account")
def end_all() -> Answer:
    """Signed out everywhere, here too."""
    accounts.end_sessions(db, account=signed_in())
    logout_user()
    db.commit()
    flash(gettext("You are signed out everywhere."), "success")
    return redirect(url_for("security.login"))
