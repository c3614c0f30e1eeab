"""A hand-over moves all open work in one step, to somebody of the same city; the lead may switch the account off."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.services import appeals, claims, handovers, notes, notice_decisions, notices
from participation.services.notices import Report
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.decisions import act
from tests.factories.submissions import NOW


@pytest.fixture
def leaver(session: Session, city: City) -> Account:
    """Somebody with an entry open, a note that is settled, one that is not, a notice, and an objection."""
    account = accounts.make(session, city)
    campaign = campaigns.make(session, city)
    shown = submissions.published(session, city, campaign)
    refused = submissions.make(session, city, campaign)
    act(session, submissions.operator(session), refused, "reject")
    made = [
        notes.write(session, account=account, submission=shown, text=text, lang="en", now=NOW)
        for text in ("settled", "open")
    ]
    notes.settle(session, account=account, note_id=made[0].id, now=NOW)
    report = Report(ground="other", explanation="It is not like that.", good_faith=True)
    notice = notices.give(session, city=city, about=shown, report=report, now=NOW).notice
    notice_decisions.take(session, account=account, city=city, notice_id=notice.id)
    appeal = appeals.give(session, submission=refused, text="Everybody may go there.", lang="en", now=NOW)
    appeals.take(session, account=account, city=city, appeal_id=appeal.id)
    waiting = submissions.make(session, city, campaign)
    claims.take(session, account=account, submission_id=waiting.id, now=NOW)
    return account


ALL = {"claims": 1, "notes": 1, "notices": 1, "appeals": 1}
NOTHING = dict.fromkeys(ALL, 0)


def hand_over(
    session: Session, account: Account, leaver: Account, receiver: Account, *, switch_off: bool = False
) -> handovers.Handed:
    return handovers.hand_over(
        session,
        account=account,
        account_id=leaver.id,
        receiver_id=receiver.id,
        switch_off=switch_off,
        now=NOW,
    )


def work(session: Session, leaver: Account) -> dict[str, int]:
    return handovers.open_work(session, leaver=leaver, now=NOW)


def test_the_lead_gives_everything_to_another_and_switches_the_account_off(
    session: Session, city: City, leaver: Account
) -> None:
    lead, receiver = accounts.make(session, city, role="city_lead"), accounts.make(session, city)
    assert work(session, leaver) == ALL
    handed = hand_over(session, lead, leaver, receiver, switch_off=True)
    session.commit()
    session.expire_all()
    assert (handed.receiver, handed.counts) == (receiver, ALL)
    assert (work(session, leaver), work(session, receiver)) == (NOTHING, ALL)
    assert (leaver.active, receiver.active) == (False, True)
    assert hand_over(session, lead, leaver, receiver).counts == NOTHING


def test_moderators_hand_over_their_own_work_only_and_cannot_switch_anybody_off(
    session: Session, city: City, leaver: Account
) -> None:
    receiver = accounts.make(session, city)
    with pytest.raises(NotFound):
        hand_over(session, receiver, leaver, receiver)
    with pytest.raises(NotFound):
        hand_over(session, leaver, leaver, receiver, switch_off=True)
    session.rollback()


def test_moderators_hand_over_their_own_work(session: Session, city: City, leaver: Account) -> None:
    receiver = accounts.make(session, city)
    assert hand_over(session, leaver, leaver, receiver).counts == ALL
    assert leaver.active


def test_nobody_of_another_city_takes_or_gives(session: Session, city: City, leaver: Account) -> None:
    metz = cities.make(session, "metz")
    lead = accounts.make(session, city, role="city_lead")
    off = accounts.make(session, city)
    off.active = False
    for receiver in (accounts.make(session, metz), off, leaver):
        with pytest.raises(FormInvalid):
            hand_over(session, lead, leaver, receiver)
    with pytest.raises(NotFound):
        hand_over(session, accounts.make(session, metz, role="city_lead"), leaver, lead)
    with pytest.raises(NotFound):
        hand_over(session, submissions.operator(session), submissions.operator(session), lead)
    assert work(session, leaver) == ALL
    assert hand_over(session, submissions.operator(session), leaver, lead).counts == ALL
