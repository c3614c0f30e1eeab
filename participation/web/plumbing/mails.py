"""Mails in the language of the person who gets them, put into the outbox with what they are about."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from flask import current_app, render_template, url_for

from participation.models.decisions import Decision
from participation.models.followers import Follower
from participation.models.mails import Mail
from participation.models.places import Reply
from participation.services import followers, mails
from participation.settings import Settings
from participation.web.forms.decisions import reason_labels
from participation.web.forms.receipts import reason_advice
from participation.web.plumbing.locale import speaking
from participation.web.plumbing.sessions import db

NEWS = ("publish", "reject")


def write(template: str, *, recipient: str, lang: str, mail_id: UUID | None = None, **context: Any) -> Mail:
    """Draw a mail and put it into the outbox: the first line of the template is the subject, the rest the text."""
    with speaking(lang):
        subject, _, body = render_template(template, **context).partition("\n")
    now = datetime.now(UTC)
    return mails.write(db, recipient=recipient, subject=subject, body=body, lang=lang, now=now, mail_id=mail_id)


def absolute(endpoint: str, **values: Any) -> str:
    """An address that leads here from everywhere, in the language that is spoken."""
    return _settings().base_url + url_for(endpoint, **values)


def ask_to_confirm(asked: followers.Asked) -> None:
    """The link by which an address is confirmed; nothing where there is no need for one."""
    if asked.token:
        _to(asked.follower, "mails/confirm.txt")


def tell(decision: Decision) -> None:
    """Tell the follower of a submission that the city has decided on it, once."""
    follower = followers.of_submission(db, submission=decision.submission)
    if decision.action not in NEWS or follower is None or follower.confirmed_at is None:
        return
    once = uuid5(follower.id, f"decision {decision.id}")
    if decision.action == "publish":
        _to(follower, "mails/published.txt", mail_id=once)
        return
    with speaking(follower.lang):
        code = decision.reason_code or ""
        reason, advice = reason_labels()[code], reason_advice()[code]
    _to(follower, "mails/rejected.txt", mail_id=once, reason=reason, advice=advice)


def tell_reply(reply: Reply) -> None:
    """Tell those who follow the entries of a place that the city has answered there."""
    for follower in followers.of_place(db, place_id=reply.place_id):
        _to(follower, "mails/replied.txt", reply=reply)


def _to(follower: Follower, template: str, *, mail_id: UUID | None = None, **context: Any) -> None:
    submission = follower.submission
    with speaking(follower.lang):
        link = absolute("followers.one", token=followers.token(follower.id, secret=_settings().secret_key))
    write(
        template,
        recipient=follower.email,
        lang=follower.lang,
        mail_id=mail_id,
        submission=submission,
        city=submission.city,
        kind=submission.campaign.questionnaire.kind_label(submission.kind, follower.lang),
        link=link,
        absolute=absolute,
        **context,
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings
