"""Followers: the address for news on an entry, the link that confirms it, and the way to end it."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid, NotFound
from participation.services import followers, receipts
from participation.settings import Settings
from participation.web.forms.receipts import FollowForm
from participation.web.plumbing import mails
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db
from participation.web.receipts import page

blueprint = Blueprint("followers", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.route("/<lang:lang>/receipts/<token>/follow", methods=["GET", "POST"])
@limited("mails")
def ask(token: str) -> Answer:
    """Send a link to confirm; the answer is the same whether or not the address is known."""
    if request.method == "GET":
        # Somebody reloads the answer to a refused form, or reads it in another language.
        return redirect(url_for("receipts.one", token=token))
    submission = receipts.by_token(db, token=token)
    form = FollowForm()
    done = redirect(url_for("receipts.one", token=token, _anchor="news-title"), 303)
    said = gettext("If this address is right, an e-mail with a link is on its way. Please open the link to confirm.")
    if form.is_filled_by_machine:
        # A machine learns nothing from an answer that looks like any other.
        log.info("follower_by_machine")
        flash(said, "follow")
        return done
    settings: Settings = current_app.extensions["participation_settings"]
    try:
        asked = followers.ask(
            db,
            submission=submission,
            email=form.email.data or "",
            lang=lang(),
            secret=settings.secret_key,
            now=datetime.now(UTC),
        )
    except FormInvalid as invalid:
        form.show(invalid)
        return page(token, follow=form), 422
    mails.ask_to_confirm(asked)
    db.commit()
    log.info("follower_asked", submission_id=str(submission.id))
    flash(said, "follow")
    return done


@blueprint.route("/<lang:lang>/followers/<token>", methods=["GET", "POST"])
def one(token: str) -> Answer:
    """The link in every mail: looking changes nothing, because mail programs look too; the buttons do."""
    try:
        follower = followers.by_token(db, token=token)
    except NotFound:
        return render_template("followers/ended.html", city=None), 404
    city = follower.submission.city
    if request.method == "GET":
        return render_template("followers/one.html", follower=follower, city=city, token=token)
    if request.form.get("action") == "end":
        followers.end(db, follower=follower)
        db.commit()
        log.info("follower_ended", submission_id=str(follower.submission_id))
        return render_template("followers/ended.html", city=city)
    followers.confirm(db, follower=follower, now=datetime.now(UTC))
    db.commit()
    log.info("follower_confirmed", submission_id=str(follower.submission_id))
    flash(gettext("Thank you. You will get news on your entry by e-mail."))
    return redirect(url_for("followers.one", token=token), 303)
