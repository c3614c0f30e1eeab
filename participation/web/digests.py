"""The digest: how often somebody wants to hear by mail what waits in their city."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.services import digests
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("digests", __name__)


@blueprint.post("/<lang:lang>/staff/account/digest")
@needs("choose_digest")
def choose() -> Response:
    """From the next morning on, or the next Monday, or no more."""
    digests.choose(db, account=signed_in(), how=request.form.get("digest", ""), now=datetime.now(UTC))
    db.commit()
    flash(gettext("Your choice for the digest is saved."), "success")
    return redirect(url_for("accounts.own"), 303)
