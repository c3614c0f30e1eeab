"""The worker sends what is due to a real server; a refused, a killed and a late one lose nothing."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.mails import Mail
from participation.services import mails
from participation.settings import Settings
from tests.fixtures.apps import AppMaker
from tests.fixtures.mail_servers import TAKEN, Keeper, free_port

Worker = Callable[[], str]
ServerMaker = Callable[..., Keeper]
PRIVATE = ("a@b.example", "b.example", "Hello", "Secret news")


def write(session: Session, **changed: object) -> Mail:
    now = datetime.now(UTC) - timedelta(seconds=5)
    values = {
        "recipient": "a@b.example",
        "subject": "Secret news",
        "body": "Hello",
        "lang": "en",
        "now": now,
        **changed,
    }
    mail = mails.write(session, **values)  # type: ignore[arg-type]
    session.commit()
    return mail


def works(make_app: AppMaker, session: Session, url: str = "") -> Worker:
    """One round of the worker, with this mail server; it gives what was logged."""
    app = make_app(smtp_url=url, mail_from="Heat <heat@city.example>" if url else "")

    def work() -> str:
        session.commit()
        result = app.test_cli_runner().invoke(args=["worker", "once"])
        assert result.exit_code == 0, result.output
        session.expire_all()
        return result.output

    return work


def again(session: Session, mail: Mail) -> None:
    """As if the time until the next try were over."""
    mail.due_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()


def test_what_is_due_is_sent_once(make_app: AppMaker, session: Session, make_mail_server: ServerMaker) -> None:
    server = make_mail_server()
    made = [write(session, recipient=f"{number}@b.example") for number in range(mails.BATCH + 2)]
    write(session, now=datetime.now(UTC) + timedelta(hours=1))
    work = works(make_app, session, server.url)
    work()
    work()
    assert [mail["To"] for mail in server.mails] == [mail.recipient for mail in made]
    assert {mail["Message-ID"] for mail in server.mails} == {f"<{mail.id}@city.example>" for mail in made}
    assert all(mail.sent_at for mail in made)


def test_a_refusal_waits_and_the_next_try_delivers(
    make_app: AppMaker, session: Session, make_mail_server: ServerMaker
) -> None:
    server = make_mail_server()
    server.to_data = "451 Try again later, a@b.example"
    mail = write(session)
    work = works(make_app, session, server.url)
    logged = work()
    assert (mail.tries, mail.sent_at, mail.given_up_at) == (1, None, None)
    assert mail.last_error == "SMTPDataError 451"
    assert mail.due_at > datetime.now(UTC) + timedelta(seconds=30)
    server.to_data = TAKEN
    work()
    assert server.mails == []
    again(session, mail)
    logged += work()
    assert (len(server.mails), mail.sent_at is not None) == (1, True)
    assert [logged.count(event) for event in ("mail_failed", "mail_sent")] == [1, 1]
    assert not [word for word in PRIVATE if word in logged]


def test_an_address_that_the_server_does_not_know_is_given_up(
    make_app: AppMaker, session: Session, make_mail_server: ServerMaker
) -> None:
    server = make_mail_server()
    server.to_recipient = "550 No such user"
    mail = write(session)
    works(make_app, session, server.url)()
    assert (mail.given_up_at is not None, mail.last_error) == (True, "SMTPRecipientsRefused 550")


def test_without_a_server_everything_waits(make_app: AppMaker, session: Session, make_mail_server: ServerMaker) -> None:
    made = [write(session) for _ in range(3)]
    works(make_app, session, f"smtp://localhost:{free_port()}")()
    assert [(mail.tries, mail.last_error) for mail in made] == [(1, "ConnectionRefusedError")] * 3
    server = make_mail_server()
    for mail in made:
        again(session, mail)
    works(make_app, session, server.url)()
    assert len(server.mails) == 3


def test_what_a_killed_worker_had_taken_is_sent_by_the_next(
    make_app: AppMaker, session: Session, make_mail_server: ServerMaker
) -> None:
    server = make_mail_server()
    mail = write(session)
    mails.due(session, now=datetime.now(UTC))
    session.commit()
    work = works(make_app, session, server.url)
    work()
    assert server.mails == []
    again(session, mail)
    work()
    assert len(server.mails) == 1


def test_one_that_cannot_be_written_does_not_stop_the_others(
    make_app: AppMaker, session: Session, make_mail_server: ServerMaker
) -> None:
    server = make_mail_server()
    broken, fine = write(session), write(session)
    broken.recipient = "a@b.example\r\nBcc: c@d.example"
    works(make_app, session, server.url)()
    assert [envelope.rcpt_tos for envelope in server.envelopes] == [["a@b.example"]]
    assert (broken.given_up_at is not None, broken.last_error, fine.sent_at is not None) == (True, "unwritable", True)


def test_without_a_setting_mails_become_files_that_are_forgotten(
    make_app: AppMaker, session: Session, settings: Settings
) -> None:
    mail = write(session)
    work = works(make_app, session)
    work()
    [file] = (settings.instance / "mail").iterdir()
    assert str(mail.id) in file.name
    old = datetime.now(UTC) - timedelta(days=8)
    mail.sent_at = old
    _make_older(file, old)
    work()
    assert list((settings.instance / "mail").iterdir()) == []
    assert session.scalars(select(Mail)).all() == []


def _make_older(file: Path, at: datetime) -> None:
    os.utime(file, (at.timestamp(), at.timestamp()))
