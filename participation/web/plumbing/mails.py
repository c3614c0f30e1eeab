"""Mails in the language of the person who gets them, put into the outbox with what they are about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from flask import current_app, render_template, url_for

from participation.models.appeals import Appeal
from participation.models.decisions import Decision
from participation.models.followers import Follower
from participation.models.mails import Mail
from participation.models.notices import Notice
from participation.models.places import Place
from participation.services import appeals, decision_sentences, followers, mails, replies
from participation.services.decisions import UNDO_WITHIN
from participation.settings import Settings
from participation.web.plumbing.decision_statements import statement
from participation.web.plumbing.locale import speaking
from participation.web.plumbing.sessions import db

# What an author hears of, and by which mail.
NEWS = {
    "publish": "mails/published.txt",
    "reject": "mails/refused.txt",
    "remove": "mails/refused.txt",
    "redact": "mails/redacted.txt",
    "uphold_report": "mails/changed.txt",
}


def write(
    template: str,
    *,
    recipient: str,
    lang: str,
    mail_id: UUID | None = None,
    wait: timedelta = timedelta(0),
    secret: bool = False,
    **context: Any,
) -> Mail:
    """Draw a mail and put it into the outbox: the first line of the template is the subject, the rest the text.

    `secret` is one with a link that lets whoever has it into an account.
    """
    with speaking(lang):
        subject, _, body = render_template(template, **context).partition("\n")
    now = datetime.now(UTC)
    return mails.write(
        db,
        recipient=recipient,
        subject=subject,
        body=body,
        lang=lang,
        now=now,
        mail_id=mail_id,
        wait=wait,
        secret=secret,
    )


def absolute(endpoint: str, **values: Any) -> str:
    """An address that leads here from everywhere, in the language that is spoken."""
    return _settings().base_url + url_for(endpoint, **values)


def ask_to_confirm(asked: followers.Asked) -> None:
    """The link by which an address is confirmed; nothing where there is no need for one."""
    if asked.token:
        _to(asked.follower, "mails/confirm.txt")


def tell(decision: Decision) -> None:
    """Tell the follower of a submission that the city has decided on it, once."""
    submission, action = decision.submission, decision.action
    follower = followers.of_submission(db, submission=submission)
    if action not in NEWS or follower is None or follower.confirmed_at is None:
        return
    # What is hidden before publishing is told with that.
    if action == "redact" and submission.status != "published":
        return
    once = followers.news_id(follower_id=follower.id, decision_id=decision.id)
    if action == "uphold_report":
        with speaking(follower.lang):
            imprint = absolute("texts.page", city=submission.city.slug, page="imprint")
        sentence = decision_sentences.of_decision(db, decision=decision)
        _to(follower, NEWS[action], mail_id=once, sentence=sentence, imprint=imprint)
        return
    restriction = appeals.restriction(db, submission=submission) if action == "publish" else decision
    with speaking(follower.lang):
        told = statement(restriction) if restriction else None
    # Only what can be taken back a moment later waits for that moment.
    wait = UNDO_WITHIN if action in ("publish", "reject") else timedelta(0)
    _to(follower, NEWS[action], mail_id=once, wait=wait, told=told, removed=action == "remove")


def tell_appeal(appeal: Appeal) -> None:
    """Tell the author what became of an objection, if they left an address."""
    follower = followers.of_submission(db, submission=appeal.submission)
    if follower and follower.confirmed_at:
        _to(follower, "mails/appeal.txt", mail_id=uuid5(follower.id, f"appeal {appeal.id}"), appeal=appeal)


def tell_reporters(notices: Sequence[Notice]) -> None:
    """Tell those who reported something what became of it, if they left an address."""
    for notice in notices:
        if notice.email:
            with speaking(notice.lang):
                link = absolute("notices.one", city=notice.city.slug, notice_id=notice.id)
                imprint = absolute("texts.page", city=notice.city.slug, page="imprint")
            write(
                "mails/notice_decided.txt",
                recipient=notice.email,
                lang=notice.lang,
                mail_id=uuid5(notice.id, "decided"),
                notice=notice,
                city=notice.city,
                link=link,
                imprint=imprint,
            )


def tell_reply(place: Place) -> None:
    """Tell those who follow the entries of a place that the city has answered there, in their language if it did."""
    for follower in followers.of_place(db, place_id=place.id):
        reply = replies.for_reader(db, city=follower.submission.city, place_id=place.id, lang=follower.lang)
        if reply:
            _to(follower, "mails/replied.txt", reply=reply)


def _to(
    follower: Follower, template: str, *, mail_id: UUID | None = None, wait: timedelta = timedelta(0), **context: Any
) -> None:
    submission = follower.submission
    with speaking(follower.lang):
        link = absolute("followers.one", token=followers.token(follower.id, secret=_settings().secret_key))
    write(
        template,
        recipient=follower.email,
        lang=follower.lang,
        mail_id=mail_id,
        wait=wait,
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
