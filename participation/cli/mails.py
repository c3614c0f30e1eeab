"""Emptying the outbox: what the worker does every few seconds."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from flask import current_app

from participation import mailboxes
from participation.cli.plumbing import transaction
from participation.mailboxes import Folder, Mailbox, Undelivered
from participation.models.mails import Mail
from participation.services import mails
from participation.settings import Settings

log = structlog.get_logger()


def send_due(stopping: Callable[[], bool] = lambda: False) -> int:
    """Send everything that is due, a few at a time; returns how many a server has taken."""
    taken = 0
    while not stopping():
        with transaction() as session:
            waiting = mails.due(session, now=datetime.now(UTC))
        if not waiting:
            break
        taken += _send(waiting)
    return taken


def forget_old(now: datetime) -> int:
    """Delete what was sent a while ago, from the outbox and from the folder."""
    target = _settings().mail
    if isinstance(target, Path):
        Folder(target).forget(now - mails.KEPT)
    with transaction() as session:
        return mails.forget_old(session, now=now)


def _send(waiting: Sequence[Mail]) -> int:
    """One connection for some mails; where there is none, all of them have failed."""
    taken = 0
    try:
        with mailboxes.opened(_settings().mail, name=mailboxes.domain(_settings().sender)) as mailbox:
            for mail in waiting:
                taken += _send_one(mailbox, mail)
    except Undelivered as failure:
        for mail in waiting:
            _failed(mail, failure)
    return taken


def _send_one(mailbox: Mailbox, mail: Mail) -> bool:
    try:
        mailbox.deliver(_message(mail))
    except Undelivered as failure:
        _failed(mail, failure)
        return False
    except ValueError:
        # Something that cannot be a header stands in it; trying again would not help.
        _failed(mail, Undelivered("unwritable", final=True))
        return False
    with transaction() as session:
        mails.sent(session, mail_id=mail.id, now=datetime.now(UTC))
    log.info("mail_sent", mail_id=str(mail.id), tries=mail.tries)
    return True


def _failed(mail: Mail, failure: Undelivered) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        mails.failed(session, mail_id=mail.id, error=failure.kind, final=failure.final, now=now)
    log.warning("mail_failed", mail_id=str(mail.id), tries=mail.tries + 1, kind=failure.kind, final=failure.final)


def _message(mail: Mail) -> mailboxes.EmailMessage:
    return mailboxes.message(
        mail_id=mail.id,
        sender=_settings().sender,
        recipient=mail.recipient,
        subject=mail.subject,
        body=mail.body,
        lang=mail.lang,
        at=mail.created_at,
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings
