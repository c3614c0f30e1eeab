"""The digest: chosen on the own page, written by the worker in the person's language, with links that work."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.mails import Mail
from participation.services import accounts as service
from participation.web.plumbing import digest_mails
from tests.factories import accounts, samples
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

LINK = re.compile(r"http://localhost(/\S+)")


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def waits_for_one(session: Session, account: Account) -> None:
    """As if the last digest had come some days ago."""
    account.digest, account.digest_of = "daily", datetime.now(UTC).date() - timedelta(days=3)
    session.commit()


def digests(session: Session, account: Account) -> list[Mail]:
    session.rollback()
    return list(session.scalars(select(Mail).where(Mail.recipient == account.email)))


@pytest.mark.parametrize("lang", CODES)
def test_the_worker_writes_it_once_and_its_links_lead_somewhere(
    lang: str, client: PageClient, runner: FlaskCliRunner, session: Session, sample: Sample
) -> None:
    service.set_language(session, account=sample.moderator, lang=lang)
    waits_for_one(session, sample.moderator)
    for _ in range(2):
        result = runner.invoke(args=["worker", "once"])
        assert result.exit_code == 0, result.output
    [mail] = digests(session, sample.moderator)
    assert mail.lang == lang
    links = LINK.findall(mail.body)
    assert f"/{lang}/staff/queue/worms" in links
    assert f"/{lang}/staff/submissions/{sample.pending.id}" in links
    client.sign_in(sample.moderator, lang=lang)
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_worker_that_dies_before_the_commit_leaves_it_to_the_next(
    app: Flask, session: Session, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_for_one(session, sample.moderator)
    with app.app_context():
        with monkeypatch.context() as patched:
            patched.setattr(digest_mails.mails, "write", _killed_after(digest_mails.mails.write))
            with pytest.raises(SystemExit):
                digest_mails.write_due()
        assert digests(session, sample.moderator) == []
        session.commit()
        assert (digest_mails.write_due(), digest_mails.write_due()) == (1, 0)
    assert len(digests(session, sample.moderator)) == 1


def _killed_after(write: object) -> object:
    def and_dies(*args: object, **kwargs: object) -> None:
        write(*args, **kwargs)  # type: ignore[operator]
        raise SystemExit

    return and_dies


@sqlite_only
def test_it_is_chosen_on_the_own_page(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    for how in ("weekly", "off", "daily"):
        response = client.post_form("/en/staff/account", {"digest": how}, action="/digest")
        assert response.location == "/en/staff/account"
        assert sample.moderator.digest == how
    assert client.post_form("/en/staff/account", {"digest": "hourly"}, action="/digest", forged=True).status_code == 400
    client.post_form("/en/staff/account", {}, action="/sign-out")
    client.sign_in(accounts.make(session))
    assert not client.page("/en/staff/account").xpath("//select[@name='digest']")
