"""Hand-over: the open work of somebody who leaves goes to a colleague."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid
from participation.models.accounts import Account
from participation.services import handovers, roles
from participation.web.forms.handovers import work_labels
from participation.web.forms.messages import message
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("handovers", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.route("/<lang:lang>/staff/accounts/<int:account_id>/hand-over", methods=["GET", "POST"])
@needs("hand_over")
def one(account_id: int) -> Answer:
    """What is open, who takes it over, and whether the account is switched off then."""
    account = signed_in()
    leaver = handovers.leaving(db, account=account, account_id=account_id)
    if request.method == "GET":
        return _page(leaver)
    switch_off = bool(request.form.get("switch_off")) and _may_switch_off(leaver)
    try:
        handed = handovers.hand_over(
            db,
            account=account,
            account_id=account_id,
            receiver_id=request.form.get("receiver", type=int),
            switch_off=switch_off,
            now=datetime.now(UTC),
        )
    except FormInvalid as invalid:
        db.rollback()
        return _page(leaver, message(invalid.problems["receiver"])), 422
    db.commit()
    n = sum(handed.counts.values())
    log.info("work_handed_over", account_id=leaver.id, receiver_id=handed.receiver.id, by=account.id, rows=n)
    passed = ngettext(
        "%(num)s open task is with %(email)s now.", "%(num)s open tasks are with %(email)s now.", n,
        email=handed.receiver.email,
    )  # fmt: skip
    flash(passed, "success")
    if switch_off:
        flash(gettext("%(email)s can no longer sign in.", email=leaver.email), "success")
    return redirect(url_for("accounts.staff") if roles.may(account, "see_staff") else url_for("accounts.own"), 303)


def _may_switch_off(leaver: Account) -> bool:
    account = signed_in()
    own = leaver.id == account.id
    return leaver.active and not own and roles.may_manage(account, role=leaver.role, scope=leaver.scope)


def _page(leaver: Account, problem: str = "") -> str:
    return render_template(
        "handovers/one.html",
        leaver=leaver,
        own=leaver.id == signed_in().id,
        work=handovers.open_work(db, leaver=leaver, now=datetime.now(UTC)),
        labels=work_labels(),
        receivers=handovers.receivers(db, leaver=leaver),
        may_switch_off=_may_switch_off(leaver),
        problem=problem,
    )
