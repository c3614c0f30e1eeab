"""The demonstration shows the mails it would have sent; nobody else does."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from participation import mailboxes
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

PAGE = "/en/demo/mails"
AT = datetime(2026, 7, 1, tzinfo=UTC)


@sqlite_only
def test_the_newest_mail_comes_first_with_its_links(make_client: ClientMaker) -> None:
    client = make_client(demo=True)
    assert "There is no mail yet" in client.page(PAGE).text_content()
    settings = client.application.extensions["participation_settings"]
    folder = mailboxes.Folder(settings.mail)
    for number, text in enumerate(("Erste <b>", "Zweite: http://localhost/de/followers/x")):
        folder.deliver(
            mailboxes.message(
                mail_id=UUID(int=9 - number),
                sender="no-reply@localhost",
                recipient="a@b.example",
                subject=f"Über Hitze {number}",
                body=text,
                lang="de",
                at=AT.replace(day=1 + number),
            )
        )
    page = client.page(PAGE)
    assert page.xpath("//h2[@lang='de']/text()") == ["Über Hitze 1", "Über Hitze 0"]
    assert page.xpath("//main//a/@href") == ["http://localhost/de/followers/x"]
    assert "Erste <b>" in page.text_content()


@sqlite_only
@pytest.mark.parametrize(
    "changed",
    [{}, {"demo": True, "smtp_url": "smtp://localhost", "mail_from": "a@b.example"}],
    ids=["no demo", "a demo that sends"],
)
def test_nobody_else_shows_mails(changed: dict[str, object], make_client: ClientMaker, client: PageClient) -> None:
    assert make_client(**changed).get(PAGE).status_code == 404
