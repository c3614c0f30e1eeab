"""Invitations to the staff: sending them, and making the account they lead to."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, Gone, Invalid, NotFound
from participation.models.cities import City
from participation.models.invitations import Invitation
from participation.models.partnerships import Partnership
from participation.services import cities, invitations, partnerships, roles
from participation.web.forms.accounts import InvitationForm, PasswordForm, role_labels
from participation.web.plumbing import passwords, sign_in_mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("invitations", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
NEW = "/<lang:lang>/staff/invitations/new"
ONE = "/<lang:lang>/staff/invitations/<uuid:invitation_id>"
LINK = "/<lang:lang>/staff/invitations/accept/<token>"


@blueprint.get(NEW)
@needs("manage_moderators")
def new() -> Answer:
    """Whom to invite."""
    return _new(InvitationForm(lang=lang()))


@blueprint.post(NEW)
@needs("manage_moderators")
def invite() -> Answer:
    """Send an invitation."""
    form, account = InvitationForm(), signed_in()
    role = form.role.data or ""
    if role not in roles.manageable(account):
        raise NotFound("nothing_here")
    try:
        scope = _scope(form.scope.data or "")
        sent = invitations.invite(
            db,
            account=account,
            email=form.email.data or "",
            role=role,
            scope=scope,
            lang=form.lang.data if form.lang.validate(form) else lang(),
            now=datetime.now(UTC),
        )
    except Conflict:
        form.email.errors = [gettext("This address has an account or an invitation already.")]
        return _new(form), 422
    except Invalid as refusal:
        form.refuse(refusal, role)
        return _new(form), 422
    return _mailed(sent, gettext("%(email)s is invited.", email=sent.invitation.email))


@blueprint.post(f"{ONE}/send-again")
@needs("manage_moderators")
def send_again(invitation_id: UUID) -> Answer:
    """A new link for another week."""
    sent = invitations.send_again(db, account=signed_in(), invitation_id=invitation_id, now=datetime.now(UTC))
    return _mailed(
        sent, gettext("%(email)s gets a new link. The old one no longer works.", email=sent.invitation.email)
    )


@blueprint.post(f"{ONE}/revoke")
@needs("manage_moderators")
def revoke(invitation_id: UUID) -> Answer:
    """Take it back."""
    invitations.revoke(db, account=signed_in(), invitation_id=invitation_id)
    db.commit()
    log.info("invitation_revoked", by=signed_in().id)
    flash(gettext("The invitation is taken back. Its link no longer works."), "success")
    return redirect(url_for("accounts.staff"))


@blueprint.get(LINK)
def accept(token: str) -> Answer:
    """For the person invited: choose a password."""
    try:
        invitation = invitations.by_token(db, token=token, now=datetime.now(UTC))
    except Gone:
        return render_template("invitations/over.html"), 410
    return _accept(PasswordForm(), invitation, token)


@blueprint.post(LINK)
@limited("sign_ins")
def accepted(token: str) -> Answer:
    """The account is made."""
    form, now = PasswordForm(), datetime.now(UTC)
    try:
        invitation = invitations.by_token(db, token=token, now=now)
        if not form.is_good(about=passwords.about(invitation.email, invitation.scope)):
            return _accept(form, invitation, token), 422
        hashed = passwords.hashed(form.password.data or "")
        account = invitations.accept(db, token=token, password_hash=hashed, lang=lang(), now=now)
    except Gone:
        return render_template("invitations/over.html"), 410
    db.commit()
    log.info("account_made", account_id=account.id)
    flash(gettext("Your account is ready. Please sign in."), "success")
    return redirect(url_for("security.login"))


def _mailed(sent: invitations.Sent, said: str) -> Response:
    sign_in_mails.send_invitation(sent)
    db.commit()
    log.info("invitation_sent", role=sent.invitation.role, by=signed_in().id)
    flash(said, "success")
    return redirect(url_for("accounts.staff"))


def _new(form: InvitationForm) -> str:
    account = signed_in()
    own = [account.city] if account.city else list(cities.every(db))
    form.offer(account, own, list(partnerships.every(db)))
    return render_template("invitations/new.html", form=form, account=account)


def _accept(form: PasswordForm, invitation: Invitation, token: str) -> str:
    return render_template(
        "invitations/accept.html",
        form=form,
        invitation=invitation,
        token_of_link=token,
        role=role_labels()[invitation.role],
    )


def _scope(chosen: str) -> City | Partnership | None:
    kind, _, slug = chosen.partition(":")
    if kind == "city":
        return cities.by_slug(db, slug=slug)
    return partnerships.by_slug(db, slug=slug) if kind == "partnership" else None
