"""Who wants news confirms it by a link; the same link ends it, and nothing is kept when no news can come."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.followers import Follower
from participation.models.mails import Mail
from participation.models.submissions import Submission
from participation.services import appeals, decisions, followers, mails, receipts
from participation.services.decisions import Seen
from participation.services.followers import Asked
from tests.factories import accounts, submissions
from tests.factories.submissions import NOW

SECRET = "secret-of-the-installation"


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign)


def ask(session: Session, submission: Submission, email: str = "a@b.example", **changed: object) -> Asked:
    values = {"lang": "de", "secret": SECRET, "now": NOW, **changed}
    return followers.ask(session, submission=submission, email=email, **values)  # type: ignore[arg-type]


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Follower)) or 0


def test_an_address_is_confirmed_by_its_link(session: Session, submission: Submission) -> None:
    asked = ask(session, submission, " A@B.example ")
    follower = followers.by_token(session, token=asked.token)
    assert (follower.email, follower.lang, follower.confirmed_at) == ("A@b.example", "de", None)
    for hours in (1, 2):
        followers.confirm(session, follower=follower, now=NOW + timedelta(hours=hours))
    assert follower.confirmed_at == NOW + timedelta(hours=1)
    assert followers.of_submission(session, submission=submission) is follower


def test_the_token_is_a_secret_that_is_not_stored(session: Session, submission: Submission) -> None:
    asked = ask(session, submission)
    stored = " ".join(map(str, session.execute(select(Follower.__table__)).one()))
    assert asked.token not in stored
    assert followers.token(asked.follower.id, secret=SECRET) == asked.token
    assert followers.token(asked.follower.id, secret="another") != asked.token
    for wrong in ("", "x", followers.mark(asked.follower.id), asked.token[:-1], str(asked.follower.token_hash)):
        with pytest.raises(NotFound):
            followers.by_token(session, token=wrong)


def test_asking_again_in_a_moment_or_after_confirming_sends_nothing(session: Session, submission: Submission) -> None:
    first = ask(session, submission)
    again = ask(session, submission, lang="fr")
    assert (again.token, again.follower, again.follower.lang) == ("", first.follower, "fr")
    followers.confirm(session, follower=first.follower, now=NOW)
    assert ask(session, submission, now=NOW + timedelta(days=2)).token == ""
    assert count(session) == 1


def test_asking_again_later_gives_a_new_link_and_ends_the_old_one(session: Session, submission: Submission) -> None:
    old = ask(session, submission).token
    new = ask(session, submission, now=NOW + timedelta(minutes=11)).token
    assert new not in ("", old)
    with pytest.raises(NotFound):
        followers.by_token(session, token=old)


def test_another_address_takes_the_place_of_the_first(session: Session, submission: Submission) -> None:
    first = ask(session, submission)
    followers.confirm(session, follower=first.follower, now=NOW)
    mails.write(session, recipient="a@b.example", subject="x", body=first.token, lang="de", now=NOW)
    second = ask(session, submission, "c@d.example")
    assert (count(session), second.follower.confirmed_at) == (1, None)
    assert session.scalars(select(Mail)).all() == []


def test_what_is_no_address_is_refused(session: Session, submission: Submission) -> None:
    for wrong in ("", "x", "a@", "a@b", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example", "ä@b.example"):
        with pytest.raises(FormInvalid) as caught:
            ask(session, submission, wrong)
        assert caught.value.problems["email"].code == "not_an_address"
    assert count(session) == 0


def test_there_are_no_news_after_the_end_but_on_what_still_waits(
    session: Session, campaign: Campaign, submission: Submission
) -> None:
    receipts.erase(session, submission=submission, now=NOW)
    with pytest.raises(NotFound, match="no_more_news"):
        ask(session, submission)
    submission.status = "published"
    assert followers.can_follow(submission, now=NOW)
    campaign.ends = NOW.date() - timedelta(days=1)
    assert not followers.can_follow(submission, now=NOW)
    submission.status = "pending"
    assert followers.can_follow(submission, now=NOW)


def test_ending_deletes_the_address_and_the_mails_to_it(session: Session, submission: Submission) -> None:
    asked = ask(session, submission)
    mails.write(session, recipient="a@b.example", subject="x", body=f"link {asked.token}", lang="de", now=NOW)
    kept = mails.write(session, recipient="a@b.example", subject="y", body="another", lang="de", now=NOW)
    followers.end(session, follower=asked.follower)
    assert count(session) == 0
    assert session.scalars(select(Mail)).all() == [kept]


def test_a_day_after_the_campaign_addresses_are_deleted_in_the_days_of_the_city(
    session: Session, city: City, campaign: Campaign
) -> None:
    city.time_zone = "America/Lima"
    campaign.ends = date(2026, 7, 1)
    submission = submissions.published(session, city, campaign)
    followers.confirm(session, follower=ask(session, submission).follower, now=NOW)
    # In Peru it is the third of July from five in the morning on, UTC.
    assert followers.forget_old(session, now=NOW.replace(day=3, hour=4, minute=59)) == 0
    assert followers.forget_old(session, now=NOW.replace(day=3, hour=5)) == 1
    assert count(session) == 0


def test_an_address_stays_until_its_entry_is_decided_and_that_is_told(
    session: Session, campaign: Campaign, submission: Submission, moderator: Account
) -> None:
    followers.confirm(session, follower=ask(session, submission).follower, now=NOW)
    campaign.ends = NOW.date() - timedelta(days=30)
    assert followers.forget_old(session, now=NOW + timedelta(days=40)) == 0
    decided = NOW + timedelta(days=41)
    decisions.publish(session, account=moderator, submission=submission, seen=Seen(1), now=decided)
    assert followers.forget_old(session, now=decided + timedelta(days=1) - timedelta(seconds=1)) == 0
    assert followers.forget_old(session, now=decided + timedelta(days=1)) == 1
    assert count(session) == 0


def test_an_address_stays_while_an_objection_waits(
    session: Session, city: City, campaign: Campaign, submission: Submission, moderator: Account
) -> None:
    followers.confirm(session, follower=ask(session, submission).follower, now=NOW)
    step = {"submission": submission, "now": NOW}
    decisions.reject(session, account=moderator, seen=Seen(1), reason_code="unclear", **step)  # type: ignore[arg-type]
    appeal = appeals.give(session, text="It is clear enough.", lang="de", **step)  # type: ignore[arg-type]
    campaign.ends = NOW.date() - timedelta(days=30)
    decided = NOW + timedelta(days=100)
    assert followers.forget_old(session, now=decided) == 0
    known = {"account": accounts.make(session, city), "appeal": appeal, "seen": Seen(submission.version)}
    appeals.decide(session, **known, reverse=False, answer="No.", lang="de", now=decided)  # type: ignore[arg-type]
    assert followers.forget_old(session, now=decided) == 0
    assert followers.forget_old(session, now=decided + timedelta(days=1)) == 1
    assert count(session) == 0


def test_what_nobody_confirms_is_deleted(session: Session, city: City, campaign: Campaign) -> None:
    waiting, confirmed = (ask(session, submissions.make(session, city, campaign)).follower for _ in range(2))
    followers.confirm(session, follower=confirmed, now=NOW)
    assert followers.forget_old(session, now=NOW + timedelta(days=3)) == 0
    assert followers.forget_old(session, now=NOW + timedelta(days=3, seconds=1)) == 1
    assert session.scalars(select(Follower)).all() == [confirmed]
    assert waiting.id != confirmed.id


def test_news_of_a_place_go_to_those_who_confirmed(session: Session, city: City, campaign: Campaign) -> None:
    published = [submissions.published(session, city, campaign) for _ in range(3)]
    for submission in published:
        submission.place_id = published[0].place_id
    asked = [ask(session, submission, f"{number}@b.example").follower for number, submission in enumerate(published)]
    for follower in asked[:2]:
        followers.confirm(session, follower=follower, now=NOW)
    receipts.withdraw(session, submission=published[1], now=NOW)
    assert published[0].place_id
    assert followers.of_place(session, place_id=published[0].place_id) == [asked[0]]
