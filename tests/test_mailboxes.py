"""Mails reach a real server, or a folder; a refusal is told by its kind, and no value becomes another header."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from participation import mailboxes
from participation.mailboxes import Folder, Server, Undelivered
from tests.fixtures.mail_servers import Keeper, free_port

MAIL = UUID("01890000-0000-7000-8000-000000000001")
AT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
# The library of the test server warns of passwords in the clear, which stay on this machine here.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
BODY = "Guten Tag,\n\nIhr Beitrag über Hitze ist veröffentlicht: https://heat.example/de/worms/" + "x" * 300 + "\n.\n"


def message(**changed: Any) -> EmailMessage:
    values = {
        "sender": "Stadt Wörms <heat@city.example>",
        "recipient": "a@b.example",
        "subject": "Nachricht: Hitze, Öl",
    }
    return mailboxes.message(**{"mail_id": MAIL, "body": BODY, "lang": "de", "at": AT, **values, **changed})


def deliver(url: str, *messages: EmailMessage) -> None:
    with mailboxes.opened(mailboxes.server(url), name="city.example") as mailbox:
        for one in messages:
            mailbox.deliver(one)


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the certificate of the test server."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.mark.parametrize("scheme", ["smtp", "starttls", "smtps"])
@pytest.mark.parametrize("password", [True, False])
@pytest.mark.usefixtures("trusted")
def test_a_server_gets_what_was_written(scheme: str, password: bool, make_mail_server: Callable[..., Keeper]) -> None:
    server = make_mail_server(scheme, password=password)
    deliver(server.url, message(), message(recipient="c@d.example"))
    got = server.mails[0]
    assert got.get_content().replace("\r\n", "\n") == BODY
    assert (got["Subject"], str(got["From"]), got["To"]) == (
        "Nachricht: Hitze, Öl",
        "Stadt Wörms <heat@city.example>",
        "a@b.example",
    )
    assert got["Message-ID"] == f"<{MAIL}@city.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert (got["Content-Language"], got.get_content_type(), got.get_content_charset()) == ("de", "text/plain", "utf-8")
    assert got["Date"].datetime == AT
    assert [(e.mail_from, e.rcpt_tos) for e in server.envelopes] == [
        ("heat@city.example", ["a@b.example"]),
        ("heat@city.example", ["c@d.example"]),
    ]
    assert server.greetings == ["city.example"]
    assert server.secure == [scheme != "smtp"] * 2


@pytest.mark.parametrize("scheme", ["starttls", "smtps"])
def test_a_server_that_nobody_vouches_for_gets_nothing(scheme: str, make_mail_server: Callable[..., Keeper]) -> None:
    server = make_mail_server(scheme)
    with pytest.raises(Undelivered) as caught:
        deliver(server.url, message())
    assert (caught.value.kind, caught.value.final) == ("SSLCertVerificationError", False)
    assert server.mails == []


def test_a_server_without_starttls_gets_nothing(make_mail_server: Callable[..., Keeper]) -> None:
    server = make_mail_server("smtp")
    with pytest.raises(Undelivered, match="SMTPNotSupportedError"):
        deliver(server.url.replace("smtp:", "starttls:"), message())
    assert server.mails == []


def test_nobody_there_is_a_failure_that_passes() -> None:
    with pytest.raises(Undelivered) as caught:
        deliver(f"smtp://localhost:{free_port()}", message())
    assert (caught.value.kind, caught.value.final) == ("ConnectionRefusedError", False)


@pytest.mark.parametrize(
    ("answer", "final"), [("550 5.1.1 no such user a@b.example", True), ("451 4.7.1 try again later", False)]
)
def test_a_refused_recipient_is_final_only_if_the_server_says_so(
    answer: str, final: bool, make_mail_server: Callable[..., Keeper]
) -> None:
    server = make_mail_server()
    server.to_recipient = answer
    with pytest.raises(Undelivered) as caught:
        deliver(server.url, message())
    assert (caught.value.kind, caught.value.final) == (f"SMTPRecipientsRefused {answer[:3]}", final)


def test_what_the_server_does_not_accept_is_not_sent(make_mail_server: Callable[..., Keeper]) -> None:
    server = make_mail_server()
    server.to_data = "554 Transaction failed for a@b.example"
    with pytest.raises(Undelivered) as caught:
        deliver(server.url, message())
    assert (caught.value.kind, caught.value.final) == ("SMTPDataError 554", False)


def test_a_wrong_password_is_named_without_it(make_mail_server: Callable[..., Keeper]) -> None:
    server = make_mail_server("smtp", password=True)
    with pytest.raises(Undelivered) as caught:
        deliver(server.url.replace("p%40ss", "wrong"), message())
    assert caught.value.kind == "SMTPAuthenticationError 535"


@pytest.mark.parametrize("name", ["subject", "recipient", "lang"])
@pytest.mark.parametrize("line", ["\r\nBcc: x@y.example", "\nBcc: x@y.example", "\rBcc: x@y.example"])
def test_a_line_break_never_begins_another_header(name: str, line: str) -> None:
    usual = {"subject": "News", "recipient": "a@b.example", "lang": "de"}[name]
    with pytest.raises(ValueError, match=r"linefeed|CR|newline|line"):
        message(**{name: usual + line}).as_bytes()


def test_a_folder_keeps_each_mail_once_in_the_order_of_time(tmp_path: Path) -> None:
    with mailboxes.opened(tmp_path / "mail", name="city.example") as mailbox:
        for sent in (message(), message(), message(mail_id=UUID(int=1), at=AT - timedelta(hours=1))):
            mailbox.deliver(sent)
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.name for file in files] == [
        f"20260701T110000-{UUID(int=1)}.eml",
        f"20260701T120000-{MAIL}.eml",
    ]
    kept = message_from_bytes(files[1].read_bytes(), policy=default)
    assert isinstance(kept, EmailMessage)
    assert kept.get_content().replace("\r\n", "\n") == BODY


def test_a_folder_forgets_what_is_old(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.deliver(message())
    folder.forget(datetime.now(UTC) - timedelta(minutes=1))
    assert len(list(tmp_path.iterdir())) == 1
    folder.forget(datetime.now(UTC) + timedelta(minutes=1))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_failure_that_passes(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(Undelivered) as caught:
        Folder(tmp_path / "mail").deliver(message())
    assert not caught.value.final


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", Server("smtp", "localhost", 25)),
        ("smtp://mail.example:2525", Server("smtp", "mail.example", 2525)),
        ("smtp://u:p@localhost", Server("smtp", "localhost", 25, "u", "p")),
        ("starttls://u%40x:p%2F@mail.example", Server("starttls", "mail.example", 587, "u@x", "p/")),
        ("smtps://mail.example/", Server("smtps", "mail.example", 465)),
    ],
)
def test_addresses_of_servers(url: str, server: Server) -> None:
    assert mailboxes.server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtps://u@mail.example",
        "smtps://mail.example:port",
        "smtps://mail.example/x",
        "smtps://mail.example?x=1",
        "smtp://u:p@mail.example",
    ],
)
def test_what_is_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|needs|would)"):
        mailboxes.server(url)


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("heat@city.example", "heat@city.example"),
        ("City of Worms <heat@city.example>", "City of Worms <heat@city.example>"),
        ("Worms, Stadt <heat@city.example>", None),
        ("heat", None),
        ("heat@city.example\r\nBcc: x@y.example", None),
        ("<>", None),
    ],
)
def test_senders(text: str, sender: str | None) -> None:
    if sender:
        assert mailboxes.sender(text) == sender
    else:
        with pytest.raises(ValueError, match=r"^must be like"):
            mailboxes.sender(text)
