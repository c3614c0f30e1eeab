"""Mails about accounts, through the outbox and in the language of the person."""

from typing import Any

from flask import Flask
from flask_security import MailUtil, reset_password_instructions_sent

from participation.models.accounts import Account
from participation.models.invitations import Invitation
from participation.services.invitations import Sent
from participation.web.plumbing import mails
from participation.web.plumbing.formats import named
from participation.web.plumbing.locale import speaking
from participation.web.plumbing.sessions import db


class Mails(MailUtil):
    """Takes the library's mails; what it would have written in them is not used."""

    def send_mail(  # noqa: PLR0917  # as the library calls it
        self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any, **kwargs: Any
    ) -> None:
        """Put a mail to a member of staff into the outbox. Its link is ours, not made from what the browser says."""
        token = kwargs.get("reset_token")
        _to(kwargs["user"], template, "security.reset_password" if token else "accounts.own", token)


def init(app: Flask) -> None:
    """The library stores nothing when somebody has forgotten a password; the mail must be stored all the same."""
    reset_password_instructions_sent.connect(_store, app)


def tell_change(account: Account) -> None:
    """Tell somebody that the second factor of their account has changed: it may not have been them."""
    _to(account, "mails/second_factor_changed.txt", "accounts.own", None)


def send_invitation(sent: Sent) -> None:
    """The link by which somebody makes an account."""
    invitation: Invitation = sent.invitation
    with speaking(invitation.lang):
        link = mails.absolute("invitations.accept", token=sent.token)
        scope = named(invitation.scope) if invitation.scope else ""
    mails.write(
        "mails/invitation.txt",
        recipient=invitation.email,
        lang=invitation.lang,
        link=link,
        scope=scope,
        inviter=invitation.invited_by.email,
        secret=True,
    )


def _to(account: Account, template: str, endpoint: str, token: str | None) -> None:
    with speaking(account.lang):
        link = mails.absolute(endpoint, token=token) if token else mails.absolute(endpoint)
    mails.write(template, recipient=account.email, lang=account.lang, link=link, secret=token is not None)


def _store(_app: Flask, **_details: Any) -> None:
    db.commit()
