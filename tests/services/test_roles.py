"""The table of roles: what it says, and how far each role reaches."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.accounts import ROLES, Account
from participation.services import roles
from tests.factories import accounts, cities, partnerships
from tests.factories.cities import OUTSIDE


@pytest.fixture
def staff(session: Session) -> dict[str, Account]:
    """One of each role, for Worms and for the partnership of Worms and Metz."""
    worms, metz = cities.make(session), cities.make(session, "metz", centre=OUTSIDE)
    both = partnerships.make(session, worms, metz)
    return {
        "moderator": accounts.make(session, worms),
        "city_lead": accounts.make(session, worms, role="city_lead"),
        "facilitator": accounts.make(session, both),
        "operator": accounts.make(session),
    }


@pytest.mark.parametrize(
    ("action", "own", "partner", "foreign"),
    [
        ("see_queue_lengths", ROLES, ("facilitator", "operator"), ("operator",)),
        ("decide", ("moderator", "city_lead", "operator"), ("operator",), ("operator",)),
        ("answer", ("moderator", "city_lead", "operator"), ("operator",), ("operator",)),
        ("export_internal", ("moderator", "city_lead", "operator"), ("operator",), ("operator",)),
        ("manage_exports", ("city_lead", "operator"), ("operator",), ("operator",)),
        ("take_record", ("city_lead", "operator"), ("operator",), ("operator",)),
        ("see_staff", ("city_lead", "operator"), ("operator",), ("operator",)),
        ("manage_moderators", ("city_lead", "operator"), ("operator",), ("operator",)),
        ("manage_all_staff", ("operator",), ("operator",), ("operator",)),
    ],
)
def test_who_may_what_where(
    session: Session,
    staff: dict[str, Account],
    action: str,
    own: tuple[str, ...],
    partner: tuple[str, ...],
    foreign: tuple[str, ...],
) -> None:
    worms, partnership = staff["moderator"].city, staff["facilitator"].partnership
    assert worms
    assert partnership
    metz, koeln = partnership.cities[1], cities.make(session, "koeln")
    for city, expected in ((worms, own), (metz, partner), (koeln, foreign)):
        assert [role for role in ROLES if roles.may_in(staff[role], action, city)] == list(expected), city.slug
    assert roles.may_in(staff["facilitator"], action, partnership) is (action == "see_queue_lengths")
    assert [role for role in ROLES if roles.may_in(staff[role], action, None)] == ["operator"]
    assert [role for role in ROLES if roles.may(staff[role], action)] == list(own)


def test_whoever_is_switched_off_may_nothing(staff: dict[str, Account]) -> None:
    for account in staff.values():
        account.active = False
        assert not any(roles.may(account, action) for action in roles.TABLE)
        assert not any(roles.may_in(account, action, account.city) for action in roles.TABLE)


def test_what_is_not_in_the_table_is_a_mistake(staff: dict[str, Account]) -> None:
    with pytest.raises(KeyError):
        roles.may(staff["operator"], "fly")


def test_who_may_not_learns_nothing(staff: dict[str, Account]) -> None:
    roles.check(staff["city_lead"], "see_staff")
    with pytest.raises(NotFound, match="nothing_here"):
        roles.check(staff["moderator"], "see_staff")


def test_a_city_lead_manages_the_moderators_of_the_own_city_only(session: Session, staff: dict[str, Account]) -> None:
    lead, metz = staff["city_lead"], cities.make(session, "yarinacocha")
    assert roles.manageable(lead) == ("moderator",)
    assert roles.may_manage(lead, role="moderator", scope=lead.city)
    assert not roles.may_manage(lead, role="moderator", scope=metz)
    assert not roles.may_manage(lead, role="city_lead", scope=lead.city)
    assert not roles.may_manage(lead, role="operator", scope=None)
    assert roles.manageable(staff["operator"]) == ROLES
    assert all(roles.may_manage(staff["operator"], role=role, scope=lead.city) for role in ROLES)
    assert roles.manageable(staff["moderator"]) == roles.manageable(staff["facilitator"]) == ()
