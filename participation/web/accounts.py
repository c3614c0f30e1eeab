"""The staff's own accounts, and the list of the staff."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.models.accounts import Account
from participation.models.mails import Mail
from participation.services import accounts, invitations, mail_failures, mails, roles
from participation.web.forms.accounts import LanguageForm, role_labels
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("accounts", __name__)
log = structlog.get_logger()
Answer = str | Response
ONE = "/<lang:lang>/staff/accounts/<int:account_id>"


@blueprint.get("/<lang:lang>/staff/account")
@needs("own_account")
def own() -> Answer:
    """What protects the own account, and in which language its mails are."""
    account = signed_in()
    form = LanguageForm(lang=account.lang)
    return render_template("accounts/own.html", account=account, form=form, roles=role_labels())


@blueprint.post("/<lang:lang>/staff/account/language")
@needs("own_account")
def set_language() -> Answer:
    """Mails in another language from now on."""
    accounts.set_language(db, account=signed_in(), lang=LanguageForm().lang.data or "")
    db.commit()
    flash(gettext("Mails to you will be in this language."), "success")
    return redirect(url_for("accounts.own"))


@blueprint.get("/<lang:lang>/staff/accounts")
@needs("see_staff")
def staff() -> Answer:
    """Who works here, and who is invited."""
    account = signed_in()
    return render_template(
        "accounts/staff.html",
        account=account,
        staff=accounts.staff_seen_by(db, account=account),
        invitations=invitations.waiting(db, account=account),
        may_manage=roles.may_manage,
        now=datetime.now(UTC),
        roles=role_labels(),
        undelivered=_undelivered(),
        undelivered_to_people=mail_failures.to_people(db, city=account.city) if account.city else [],
        sees_all=roles.may(account, "manage_all_staff"),
    )


def _undelivered() -> dict[str, Mail]:
    """The newest mail to each address that was given up."""
    return {mail.recipient.lower(): mail for mail in reversed(mails.given_up(db))}


@blueprint.post(f"{ONE}/deactivate")
@needs("manage_moderators")
def deactivate(account_id: int) -> Answer:
    """Somebody has left: out at once, everywhere."""
    other = _switch(account_id, active=False)
    flash(gettext("%(email)s can no longer sign in.", email=other.email), "success")
    return redirect(url_for("accounts.staff"))


@blueprint.post(f"{ONE}/activate")
@needs("manage_moderators")
def activate(account_id: int) -> Answer:
    """Somebody is back."""
    other = _switch(account_id, active=True)
    flash(gettext("%(email)s can sign in again.", email=other.email), "success")
    return redirect(url_for("accounts.staff"))


def _switch(account_id: int, *, active: bool) -> Account:
    other = accounts.set_active(db, account=signed_in(), account_id=account_id, active=active)
    db.commit()
    log.info("account_activated" if active else "account_deactivated", account_id=other.id, by=signed_in().id)
    return other
