"""Where mails go: to a mail server, or into a folder of the machine where none is set. Knows no database."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

SECONDS = 20
PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")


class Undelivered(Exception):
    """A mail was not taken. `kind` names the failure without any address; `final` ones need no further try."""

    def __init__(self, kind: str, *, final: bool = False) -> None:
        super().__init__(kind)
        self.kind = kind
        self.final = final


@dataclass(frozen=True)
class Server:
    """A mail server: plain (`smtp`), made secure before anything is said (`starttls`), or secure at once (`smtps`)."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""


class Mailbox(Protocol):
    """Takes mails."""

    def deliver(self, message: EmailMessage) -> None:
        """Hand over one mail; raises Undelivered."""


def server(url: str) -> Server:
    """The server at an address like `starttls://user:password@mail.example.org:587`; ValueError says what is wrong."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Its own words repeat a part of the address, which may be one of the password.
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "must be like smtps://user:password@mail.example.org:465, or begin with starttls:// or smtp://"
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("needs both a user and a password, or neither")
    if user and parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
        raise ValueError("would send the password in the clear: use starttls:// or smtps://")
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)


def sender(text: str) -> str:
    """An address, or a name and an address like `City <heat@city.example>`; ValueError otherwise."""
    name, address = parseaddr(text)
    if not ADDRESS.fullmatch(address) or not (name + text).isprintable():
        raise ValueError("must be like heat@city.example, or City of Worms <heat@city.example>")
    user, _, domain = address.rpartition("@")
    return str(Address(name, user, domain))


def domain(sender: str) -> str:
    """What comes behind the @ of a sender."""
    return parseaddr(sender)[1].rpartition("@")[2]


def message(
    *, mail_id: UUID, sender: str, recipient: str, subject: str, body: str, lang: str, at: datetime
) -> EmailMessage:
    """A plain text mail. Every value is one header line whatever it holds: a line break is refused by ValueError."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = recipient
    made["Subject"] = subject
    made["Date"] = format_datetime(at)
    # The same for every try, so that a mail that was taken twice is shown once.
    made["Message-ID"] = f"<{mail_id}@{domain(sender)}>"
    made["Auto-Submitted"] = "auto-generated"
    # Setting the text drops all headers that describe it.
    made.set_content(body, charset="utf-8", cte="quoted-printable")
    made["Content-Language"] = lang
    return made


@contextmanager
def opened(target: Server | Path, *, name: str) -> Iterator[Mailbox]:
    """A mailbox for some mails in a row, to which we introduce ourselves by `name`, a domain.

    Raises Undelivered where the server cannot be reached.
    """
    if isinstance(target, Path):
        yield Folder(target)
        return
    try:
        client = _connected(target, name)
    except (OSError, smtplib.SMTPException) as error:
        raise _undelivered(error) from None
    try:
        yield Remote(client)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()


@dataclass(frozen=True)
class Folder:
    """Writes each mail as a file, named by its time and id."""

    path: Path

    def deliver(self, message: EmailMessage) -> None:
        """Whole or not at all; the same mail again takes the place of the first."""
        mail_id = message["Message-ID"].strip("<>").partition("@")[0]
        file = self.path / f"{message['Date'].datetime:%Y%m%dT%H%M%S}-{mail_id}.eml"
        draft = file.with_suffix(".part")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(message.as_bytes())
            draft.replace(file)
        except OSError as error:
            raise _undelivered(error) from None

    def forget(self, before: datetime) -> None:
        """Delete the files of older mails: they hold addresses."""
        for file in self.path.glob("*.eml"):
            if file.stat().st_mtime < before.timestamp():
                file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Remote:
    """Hands each mail to a mail server."""

    client: smtplib.SMTP

    def deliver(self, message: EmailMessage) -> None:
        """Ends when the server has accepted the mail, else with Undelivered."""
        try:
            self.client.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise _undelivered(error) from None


def _connected(target: Server, name: str) -> smtplib.SMTP:
    if target.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            target.host, target.port, name, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        client = smtplib.SMTP(target.host, target.port, name, timeout=SECONDS)
    try:
        if target.scheme == "starttls":
            client.starttls(context=ssl.create_default_context())
        if target.user:
            client.login(target.user, target.password)
    except BaseException:
        client.close()
        raise
    return client


def _undelivered(error: Exception) -> Undelivered:
    """The kind of a failure and the server's code; its text may hold an address."""
    kind = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
        # From 500 on the server says that there is no such mailbox and never will be.
        return Undelivered(f"{kind} {max(codes)}", final=min(codes) >= 500)
    code = getattr(error, "smtp_code", None)
    return Undelivered(f"{kind} {code}" if code else kind)
