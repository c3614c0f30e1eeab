"""Who may what: the one table that the guards of all services and pages ask, and that the staff can read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from participation.errors import NotFound
from participation.models.accounts import ROLES, Account
from participation.models.cities import City
from participation.models.partnerships import Partnership

# Where somebody may do a thing: in the own city, in the own partnership and its cities, everywhere, with oneself only.
Reach = Literal["city", "partnership", "all", "self"]

TABLE: Mapping[str, Mapping[str, Reach]] = MappingProxyType(
    {
        "see_queue_lengths": {
            "moderator": "city",
            "city_lead": "city",
            "facilitator": "partnership",
            "operator": "all",
        },
        "decide": {"moderator": "city", "city_lead": "city", "operator": "all"},
        "answer": {"moderator": "city", "city_lead": "city", "operator": "all"},
        "advise": {"facilitator": "partnership"},
        "note_comparison": {
            "moderator": "city",
            "city_lead": "city",
            "facilitator": "partnership",
            "operator": "all",
        },
        "export_internal": {"moderator": "city", "city_lead": "city", "operator": "all"},
        "manage_exports": {"city_lead": "city", "operator": "all"},
        "import_entries": {"city_lead": "city", "operator": "all"},
        "enter_paper": {"moderator": "city", "city_lead": "city", "operator": "all"},
        "take_record": {"city_lead": "city", "operator": "all"},
        "see_contact_readings": {"city_lead": "city", "operator": "all"},
        "see_staff": {"city_lead": "city", "operator": "all"},
        "manage_moderators": {"city_lead": "city", "operator": "all"},
        "manage_all_staff": {"operator": "all"},
        "hand_over": {"moderator": "self", "city_lead": "city", "operator": "all"},
        "choose_digest": {"moderator": "self", "city_lead": "self"},
        "see_roles": {"moderator": "self", "city_lead": "self", "facilitator": "self", "operator": "self"},
        "own_account": {"moderator": "self", "city_lead": "self", "facilitator": "self", "operator": "self"},
    }
)


def reach(role: str, action: str) -> Reach | None:
    """How far a role may do this; None for not at all. An action that is not in the table is a KeyError."""
    return TABLE[action].get(role)


def may(account: Account, action: str) -> bool:
    """Whether an account may do this at least somewhere."""
    return account.active and reach(account.role, action) is not None


def may_in(account: Account, action: str, scope: City | Partnership | None) -> bool:
    """Whether an account may do this in a city, in a partnership or, without either, for the whole platform."""
    allowed = reach(account.role, action) if account.active else None
    if allowed == "all":
        return True
    if allowed == "city":
        return isinstance(scope, City) and account.city_id == scope.id
    if allowed == "partnership" and isinstance(scope, City) and account.partnership:
        return scope.id in [city.id for city in account.partnership.cities]
    return allowed == "partnership" and isinstance(scope, Partnership) and account.partnership_id == scope.id


def check(account: Account, action: str) -> None:
    """Raises NotFound for whoever may do this nowhere: who may not see a thing does not learn that it exists."""
    if not may(account, action):
        raise NotFound("nothing_here")


def may_manage(account: Account, *, role: str, scope: City | Partnership | None) -> bool:
    """Whether an account may invite, deactivate and activate people of this role there."""
    action = "manage_moderators" if role == "moderator" else "manage_all_staff"
    return may_in(account, action, scope)


def manageable(account: Account) -> tuple[str, ...]:
    """The roles an account may give to others somewhere."""
    if may(account, "manage_all_staff"):
        return ROLES
    return ("moderator",) if may(account, "manage_moderators") else ()
