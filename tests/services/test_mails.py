"""The outbox loses nothing: a mail waits until a server took it, longer after each failure, and not for ever."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from participation import database
from participation.models.mails import Mail
from participation.services import mails
from tests.factories.submissions import NOW
from tests.fixtures.threads import while_first_waits


def write(session: Session, **changed: object) -> Mail:
    values = {"recipient": "a@b.example", "subject": "News", "body": "Hello", "lang": "en", "now": NOW, **changed}
    return mails.write(session, **values)  # type: ignore[arg-type]


def test_a_mail_is_due_at_once_and_taken_by_one_worker_only(session: Session) -> None:
    mail = write(session)
    assert mails.due(session, now=NOW) == [mail]
    session.refresh(mail)
    assert mails.due(session, now=NOW + mails.CLAIMED - timedelta(seconds=1)) == []


def test_a_worker_that_is_killed_leaves_the_mail_to_the_next_try(session: Session, engine: Engine) -> None:
    mail = write(session)
    session.commit()
    with database.writing(engine) as killed:
        assert [taken.id for taken in mails.due(killed, now=NOW)] == [mail.id]
        killed.commit()
    assert [taken.id for taken in mails.due(session, now=NOW + mails.CLAIMED)] == [mail.id]


def test_two_workers_at_once_share_the_mails(session: Session, engine: Engine) -> None:
    for _ in range(mails.BATCH):
        write(session)
    session.commit()
    first, second = while_first_waits(engine, lambda own: [mail.id for mail in mails.due(own, now=NOW)])
    assert (len(first), second) == (mails.BATCH, [])


def test_they_come_oldest_first_a_few_at_a_time(session: Session) -> None:
    made = [write(session, now=NOW + timedelta(seconds=n)).id for n in (3, 1, 2, 0, 5, 4, 6)]
    later = NOW + timedelta(minutes=1)
    order = [made[place] for place in (3, 1, 2, 0, 5, 4, 6)]
    assert [mail.id for mail in mails.due(session, now=later)] == order[: mails.BATCH]
    assert [mail.id for mail in mails.due(session, now=later)] == order[mails.BATCH :]
    assert write(session, now=NOW + timedelta(days=1)).id not in [mail.id for mail in mails.due(session, now=later)]


def test_what_was_sent_is_not_sent_again(session: Session) -> None:
    mail = write(session)
    mails.due(session, now=NOW)
    mails.sent(session, mail_id=mail.id, now=NOW)
    session.refresh(mail)
    assert (mail.sent_at, mail.tries) == (NOW, 0)
    assert mails.due(session, now=NOW + timedelta(days=2)) == []
    mails.failed(session, mail_id=mail.id, error="late", final=True, now=NOW)
    assert (mail.given_up_at, mail.last_error) == (None, None)


def test_each_failure_waits_longer_until_it_is_given_up(session: Session) -> None:
    mail, now, waits = write(session), NOW, []
    while mail.given_up_at is None:
        assert mails.due(session, now=now) == [mail]
        mails.failed(session, mail_id=mail.id, error="SMTPServerDisconnected", final=False, now=now)
        session.refresh(mail)
        waits.append(mail.due_at - now)
        now = mail.due_at
    assert waits[: len(mails.WAITS)] == list(mails.WAITS)
    assert waits == sorted(waits)
    assert NOW + mails.GIVE_UP - mails.WAITS[-1] <= mail.given_up_at <= NOW + mails.GIVE_UP
    assert (mail.tries, mail.last_error) == (len(waits), "SMTPServerDisconnected")
    assert mails.due(session, now=now + timedelta(days=9)) == []


def test_a_final_refusal_is_given_up_at_once(session: Session) -> None:
    mail = write(session)
    mails.failed(session, mail_id=mail.id, error="x" * 500, final=True, now=NOW)
    assert (mail.given_up_at, mail.tries) == (NOW, 1)
    assert len(mail.last_error or "") == mails.ERROR_MAX


def test_a_mail_that_was_deleted_meanwhile_is_no_error(session: Session) -> None:
    mails.sent(session, mail_id=uuid4(), now=NOW)
    mails.failed(session, mail_id=uuid4(), error="x", final=False, now=NOW)
    assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_sent_and_given_up_mails_are_forgotten_after_a_week(session: Session) -> None:
    sent, given_up, waiting = (write(session) for _ in range(3))
    mails.sent(session, mail_id=sent.id, now=NOW)
    mails.failed(session, mail_id=given_up.id, error="x", final=True, now=NOW)
    assert mails.forget_old(session, now=NOW + mails.KEPT) == 0
    assert mails.forget_old(session, now=NOW + mails.KEPT + timedelta(seconds=1)) == 2
    assert session.scalars(select(Mail.id)).all() == [waiting.id]


def test_the_same_id_is_written_once(session: Session) -> None:
    one = uuid4()
    first, second = (write(session, mail_id=one, subject=subject) for subject in ("first", "second"))
    assert first is second
    assert first.subject == "first"


def test_a_subject_is_one_line(session: Session) -> None:
    mail = write(session, subject="News\r\nBcc: x@y.example\x0b\u2028" + "x" * 300, body="\n\nHello\n\n")
    assert mail.subject.startswith("News Bcc: x@y.example xxx")
    assert len(mail.subject) == mails.SUBJECT_MAX
    assert mail.body == "Hello\n"


@pytest.mark.parametrize("mark", ["abc", "100%", "a_c", "x\\y"])
def test_mails_about_something_are_found_by_its_mark_alone(mark: str, session: Session) -> None:
    write(session, body=f"link: {mark}-rest")
    kept = [write(session, body=text).id for text in ("100x", "abd", "xy", "a-c")]
    mails.forget_about(session, mark=mark)
    assert set(session.scalars(select(Mail.id))) == {*kept}


def test_a_secret_link_leaves_the_outbox_with_the_mail(session: Session) -> None:
    made = {secret: write(session, body="Open /secret", secret=secret) for secret in (True, False)}
    refused = write(session, body="Open /secret", secret=True)
    for mail in made.values():
        mails.sent(session, mail_id=mail.id, now=NOW)
    mails.failed(session, mail_id=refused.id, error="451", final=False, now=NOW)
    session.expire_all()
    assert ([made[secret].body for secret in (True, False)], refused.body) == (
        ["", "Open /secret\n"],
        "Open /secret\n",
    )
    mails.failed(session, mail_id=refused.id, error="550", final=True, now=NOW)
    session.expire_all()
    assert (refused.body, mails.given_up(session)) == ("", [refused])
