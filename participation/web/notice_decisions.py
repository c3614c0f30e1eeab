"""What the city decides on a report from the public."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid
from participation.models.notices import Notice
from participation.services import cities, decision_sentences, locations, notice_decisions, replies
from participation.services.notice_decisions import Decided, Verdict
from participation.web.forms.decisions import DecisionForm, reason_labels
from participation.web.forms.messages import messages
from participation.web.forms.notices import ground_labels, outcome_labels
from participation.web.plumbing import mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("notice_decisions", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
ONE = "/<lang:lang>/staff/notices/<city>/<uuid:notice_id>"


@blueprint.route(ONE, methods=["GET", "POST"])
@needs("decide")
def one(city: str, notice_id: UUID) -> Answer:
    """A report, what it is about, and what can become of it."""
    account = signed_in()
    notice = notice_decisions.one(db, account=account, city=cities.by_slug(db, slug=city), notice_id=notice_id)
    if request.method == "GET":
        return _page(notice)
    try:
        decided = notice_decisions.decide(
            db,
            account=account,
            notice=notice,
            verdict=_verdict(),
            seen=DecisionForm().seen(),
            now=datetime.now(UTC),
        )
        _tell(notice, decided)
    except FormInvalid as invalid:
        db.rollback()
        return _page(notice, messages(invalid)), 422
    except Conflict:
        db.rollback()
        return _page(
            notice, {"": gettext("Somebody has decided on this in the meantime. You see it as it is now.")}
        ), 409
    db.commit()
    log.info("notice_decided", notice_id=str(notice.id), status=notice.status, account_id=account.id)
    flash(gettext("The report is decided. Whoever left an address gets a mail."))
    return redirect(url_for("notices.listing", city=city), 303)


@blueprint.post(f"{ONE}/take")
@needs("decide")
def take(city: str, notice_id: UUID) -> Answer:
    """Look after it."""
    notice_decisions.take(db, account=signed_in(), city=cities.by_slug(db, slug=city), notice_id=notice_id)
    db.commit()
    flash(gettext("You look after this report now."))
    return redirect(url_for("notice_decisions.one", city=city, notice_id=notice_id), 303)


def _verdict() -> Verdict:
    return Verdict(
        outcome=request.form.get("outcome", ""),
        reason_code=request.form.get("reason_code", ""),
        answer=request.form.get("answer", ""),
        lang=lang(),
    )


def _tell(notice: Notice, decided: Decided) -> None:
    """Both sides: the author why it is gone or was changed, those who reported it what became of it."""
    if notice.submission and decided.decision:
        text = request.form.get("sentence", "")
        decision_sentences.say(db, decision=decided.decision, text=text, lang=lang())
        mails.tell(decided.decision)
    mails.tell_reporters(decided.notices)


def _page(notice: Notice, problems: dict[str, str] | None = None) -> str:
    labels = outcome_labels(about_place=notice.submission is None)
    submission, place = notice.submission, notice.place
    given = {name: request.form.get(name, "") for name in ("outcome", "reason_code", "answer", "sentence")}
    return render_template(
        "notices/decide.html",
        city=notice.city,
        notice=notice,
        submission=submission,
        nearest=locations.nearest_landmark(submission) if submission else None,
        replies=replies.of_place(db, place=place, lang=lang()) if place and submission is None else [],
        outcomes=[(code, labels[code]) for code in notice_decisions.outcomes(notice)],
        grounds=ground_labels(),
        reasons=reason_labels(),
        problems=problems or {},
        given=given,
    )
