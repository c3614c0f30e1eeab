"""Objections: the author's form behind the receipt link, and the desk on which somebody else decides again."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid
from participation.models.appeals import Appeal
from participation.models.submissions import Submission
from participation.services import appeals, cities, decision_sentences, originals, receipts
from participation.web.forms.appeals import AppealForm
from participation.web.forms.decisions import DecisionForm, action_labels, reason_labels
from participation.web.forms.messages import messages
from participation.web.plumbing import mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.decision_statements import statement
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.paging import asked_page
from participation.web.plumbing.sessions import db

blueprint = Blueprint("appeals", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
ONE = "/<lang:lang>/staff/appeals/<city>/<uuid:appeal_id>"


@blueprint.route("/<lang:lang>/receipts/<token>/object", methods=["GET", "POST"])
@limited("appeals")
def give(token: str) -> Answer:
    """Object to a rejection, a removal or a redaction."""
    submission, now = receipts.by_token(db, token=token), datetime.now(UTC)
    if appeals.open_to(db, submission=submission, now=now) is None:
        flash(gettext("There is no decision to which you could object."), "error")
        return redirect(url_for("receipts.one", token=token), 303)
    form = AppealForm()
    if request.method == "GET":
        return _form(token, submission, form)
    if form.is_filled_by_machine:
        # A machine learns nothing from an answer that looks like any other.
        log.info("appeal_by_machine")
        return redirect(url_for("receipts.one", token=token), 303)
    try:
        appeal = appeals.give(db, submission=submission, text=form.text.data or "", lang=lang(), now=now)
    except FormInvalid as invalid:
        form.show(invalid)
        return _form(token, submission, form), 422
    except Conflict:
        # The second of two clicks: the first one is stored.
        db.rollback()
        return redirect(url_for("receipts.one", token=token), 303)
    db.commit()
    log.info("appeal_given", appeal_id=str(appeal.id), city_id=appeal.city_id)
    flash(gettext("Your objection has arrived."))
    return redirect(url_for("receipts.one", token=token, _anchor="appeal-title"), 303)


@blueprint.get("/<lang:lang>/staff/appeals/<city>")
@needs("decide")
def listing(city: str) -> Answer:
    """What waits, oldest first."""
    found = cities.by_slug(db, slug=city)
    page = asked_page()
    rows, pages = appeals.listing(db, account=signed_in(), city=found, page=page)
    return render_template(
        "appeals/list.html", city=found, appeals=rows, page=min(page, pages), pages=pages, reasons=reason_labels()
    )


@blueprint.route(ONE, methods=["GET", "POST"])
@needs("decide")
def one(city: str, appeal_id: UUID) -> Answer:
    """An objection with the decision it is about, for somebody who did not make that."""
    account = signed_in()
    appeal = appeals.one(db, account=account, city=cities.by_slug(db, slug=city), appeal_id=appeal_id)
    if request.method == "GET":
        return _page(appeal)
    if not appeals.is_free(db, account=account, appeal=appeal):
        return _page(
            appeal, {"": gettext("You have made or proposed this decision yourself. Somebody else has to look at it.")}
        ), 409
    outcome, answer = request.form.get("outcome", ""), request.form.get("answer", "")
    if outcome not in ("keep", "reverse"):
        return _page(appeal, {"outcome": gettext("Please choose.")}), 422
    try:
        decision = appeals.decide(
            db,
            account=account,
            appeal=appeal,
            seen=DecisionForm().seen(),
            reverse=outcome == "reverse",
            answer=answer,
            lang=lang(),
            now=datetime.now(UTC),
        )
    except FormInvalid as invalid:
        db.rollback()
        return _page(appeal, messages(invalid)), 422
    except Conflict:
        db.rollback()
        return _page(
            appeal, {"": gettext("Somebody has decided on this in the meantime. You see it as it is now.")}
        ), 409
    mails.tell_appeal(appeal)
    db.commit()
    log.info("appeal_decided", appeal_id=str(appeal.id), action=decision.action, account_id=account.id)
    flash(gettext("The objection is decided. The author reads the outcome on the receipt."))
    return redirect(url_for("appeals.listing", city=city), 303)


@blueprint.post(f"{ONE}/take")
@needs("decide")
def take(city: str, appeal_id: UUID) -> Answer:
    """Look after it."""
    appeals.take(db, account=signed_in(), city=cities.by_slug(db, slug=city), appeal_id=appeal_id)
    db.commit()
    flash(gettext("You look after this objection now."))
    return redirect(url_for("appeals.one", city=city, appeal_id=appeal_id), 303)


def _form(token: str, submission: Submission, form: AppealForm) -> str:
    restriction = appeals.restriction(db, submission=submission)
    return render_template(
        "appeals/add.html",
        token=token,
        submission=submission,
        city=submission.city,
        form=form,
        told=statement(restriction) if restriction else None,
    )


def _page(appeal: Appeal, problems: dict[str, str] | None = None) -> str:
    redacted = appeal.submission.redacted_at is not None
    return render_template(
        "appeals/one.html",
        city=appeal.submission.city,
        appeal=appeal,
        submission=appeal.submission,
        sentence=decision_sentences.of_decision(db, decision=appeal.decision),
        free=appeals.is_free(db, account=signed_in(), appeal=appeal),
        others=appeals.others(db, appeal=appeal),
        original=originals.of(db, submission=appeal.submission) if redacted else None,
        original_photo=originals.photo_of(db, submission=appeal.submission) if redacted else None,
        actions=action_labels(),
        reasons=reason_labels(),
        problems=problems or {},
        chosen=request.form.get("outcome", ""),
        answer=request.form.get("answer", ""),
    )
