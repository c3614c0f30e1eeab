"""The demonstration's mailbox: what the product would have sent, because it sends nothing to real people there."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Blueprint, abort, current_app, render_template

from participation.services import roles
from participation.settings import Settings
from participation.web.plumbing.access import account

blueprint = Blueprint("demo", __name__)
MOST = 50


@dataclass(frozen=True)
class Letter:
    """A mail as it lies in the folder."""

    recipient: str
    subject: str
    lang: str
    at: datetime
    text: str


@blueprint.get("/<lang:lang>/demo/mails")
def mails() -> str:
    """The newest mails of the folder; only in a demonstration that has no mail server."""
    settings: Settings = current_app.extensions["participation_settings"]
    if not settings.demo or not isinstance(settings.mail, Path):
        abort(404)
    # Their names begin with the time.
    files = sorted(settings.mail.glob("*.eml"), reverse=True)[:MOST]
    letters = [letter for letter in map(_letter, files) if _may_see(letter)]
    return render_template("demo/mails.html", letters=letters)


def _may_see(letter: Letter) -> bool:
    """Links by which somebody becomes a member of staff, or gets a new password, are not for everybody."""
    reader = account()
    return "/staff/" not in letter.text or (reader is not None and roles.may(reader, "manage_all_staff"))


def _letter(file: Path) -> Letter:
    mail = message_from_bytes(file.read_bytes(), policy=default)
    return Letter(
        recipient=str(mail["To"]),
        subject=str(mail["Subject"]),
        lang=str(mail["Content-Language"]),
        at=parsedate_to_datetime(str(mail["Date"])),
        text=mail.get_content(),
    )
