"""Invitations: who may invite whom, and how a link works once, for a week, until it is taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, Gone, Invalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.invitations import Invitation
from participation.services import accounts as account_service
from participation.services import invitations as service
from tests.factories import accounts, cities, invitations, partnerships
from tests.factories.cities import OUTSIDE
from tests.factories.submissions import NOW

WEEK = timedelta(days=7)


@pytest.fixture
def worms(session: Session) -> City:
    return cities.make(session)


@pytest.fixture
def lead(session: Session, worms: City) -> Account:
    return accounts.make(session, worms, role="city_lead")


@pytest.fixture
def operator(session: Session) -> Account:
    return accounts.make(session)


def accept(session: Session, token: str, later: timedelta = timedelta()) -> Account:
    return service.accept(session, token=token, password_hash="hash", lang="fr", now=NOW + later)


def test_a_city_lead_invites_a_moderator_who_accepts(session: Session, lead: Account) -> None:
    sent = invitations.make(session, lead, email="New.Person@City.example")
    assert sent.token not in (sent.invitation.token_hash, str(sent.invitation.id))
    assert service.by_token(session, token=sent.token, now=NOW) is sent.invitation
    made = accept(session, sent.token)
    assert (made.email, made.role, made.city, made.lang) == ("new.person@city.example", "moderator", lead.city, "fr")
    assert session.scalars(select(Invitation)).all() == []


def test_a_link_works_once_and_for_a_week(session: Session, lead: Account) -> None:
    first, second = invitations.make(session, lead), invitations.make(session, lead)
    accept(session, first.token, WEEK - timedelta(seconds=1))
    for token, later in ((first.token, timedelta()), (second.token, WEEK), ("", timedelta()), ("x", timedelta())):
        with pytest.raises(Gone):
            accept(session, token, later)
    assert len(account_service.every(session)) == 2


def test_sent_again_the_old_link_ends(session: Session, lead: Account) -> None:
    sent = invitations.make(session, lead)
    again = service.send_again(session, account=lead, invitation_id=sent.invitation.id, now=NOW + WEEK)
    with pytest.raises(Gone):
        accept(session, sent.token)
    assert accept(session, again.token, 2 * WEEK - timedelta(seconds=1)).email == sent.invitation.email


def test_taken_back_it_ends(session: Session, lead: Account) -> None:
    sent = invitations.make(session, lead)
    service.revoke(session, account=lead, invitation_id=sent.invitation.id)
    with pytest.raises(Gone):
        accept(session, sent.token)
    # The address is free for another one.
    invitations.make(session, lead, email=sent.invitation.email)


def test_with_the_account_of_the_inviter_it_ends(session: Session, lead: Account, operator: Account) -> None:
    sent, other = invitations.make(session, lead), invitations.make(session, operator)
    account_service.set_active(session, account=operator, account_id=lead.id, active=False)
    with pytest.raises(Gone):
        accept(session, sent.token)
    accept(session, other.token)


def test_an_operator_invites_into_every_role(session: Session, operator: Account, worms: City) -> None:
    partnership = partnerships.make(session, worms)
    for role, scope in (("moderator", worms), ("city_lead", worms), ("facilitator", partnership), ("operator", None)):
        made = accept(session, invitations.make(session, operator, role=role, scope=scope).token)
        assert (made.role, made.scope) == (role, scope)


def test_nobody_gives_more_than_they_may(session: Session, lead: Account, worms: City) -> None:
    metz = cities.make(session, "metz", centre=OUTSIDE)
    partnership = partnerships.make(session, worms, metz)
    tries = [(lead, "moderator", metz), (lead, "city_lead", worms), (lead, "operator", None)]
    tries += [(lead, "facilitator", partnership), (accounts.make(session, worms), "moderator", worms)]
    tries += [(accounts.make(session, partnership), "moderator", worms)]
    for account, role, scope in tries:
        with pytest.raises(NotFound):
            invitations.make(session, account, role=role, scope=scope)
    assert session.scalars(select(Invitation)).all() == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"email": "x", "role": "operator"}, "email_bad"), ({"role": "admin"}, "role_unknown"), ({}, "scope_wrong")],
)
def test_what_does_not_fit_is_refused(session: Session, operator: Account, changed: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        invitations.make(session, operator, **({"role": "moderator", "scope": None} | changed))


def test_an_address_is_invited_once(session: Session, lead: Account, operator: Account) -> None:
    sent = invitations.make(session, lead)
    for inviter, email in ((lead, sent.invitation.email.upper()), (operator, lead.email)):
        with pytest.raises(Conflict, match="email_taken"):
            invitations.make(session, inviter, email=email)


def test_each_sees_what_they_may_manage(session: Session, lead: Account, operator: Account, worms: City) -> None:
    metz_lead = accounts.make(session, cities.make(session, "metz", centre=OUTSIDE), role="city_lead")
    mine = invitations.make(session, lead).invitation
    theirs = invitations.make(session, metz_lead).invitation
    top = invitations.make(session, operator, role="city_lead", scope=worms).invitation
    assert list(service.waiting(session, account=lead)) == [mine]
    assert {one.id for one in service.waiting(session, account=operator)} == {mine.id, theirs.id, top.id}
    assert list(service.waiting(session, account=accounts.make(session, worms))) == []
    for other in (theirs, top):
        with pytest.raises(NotFound):
            service.revoke(session, account=lead, invitation_id=other.id)
        with pytest.raises(NotFound):
            service.send_again(session, account=lead, invitation_id=other.id, now=NOW)


def test_old_ones_are_forgotten(session: Session, lead: Account) -> None:
    invitations.make(session, lead)
    assert service.forget_old(session, now=NOW + WEEK + timedelta(days=30)) == 0
    assert service.forget_old(session, now=NOW + WEEK + timedelta(days=30, seconds=1)) == 1
