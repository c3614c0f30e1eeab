"""Sessions of staff: known by their key, ended by time, one by one, all at once, and with the account."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.account_sessions import AccountSession
from participation.models.accounts import Account
from participation.services import account_sessions as service
from participation.services import accounts as account_service
from tests.factories import accounts
from tests.factories.submissions import NOW

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"
HOUR = timedelta(hours=1)


@pytest.fixture
def account(session: Session) -> Account:
    return accounts.make(session)


def begin(session: Session, account: Account) -> str:
    return service.begin(session, account_id=account.id, user_agent=FIREFOX, now=NOW)


def is_known(session: Session, key: str, later: timedelta = timedelta()) -> bool:
    return service.find(session, key=key, kind=Account, now=NOW + later) is not None


def test_a_session_is_known_by_its_key_alone(session: Session, account: Account) -> None:
    key = begin(session, account)
    found = service.find(session, key=key, kind=Account, now=NOW)
    assert found is not None
    assert found[0] is account
    row = found[1]
    assert (row.browser, row.system, row.created_at, row.seen_at) == ("Firefox", "Windows", NOW, NOW)
    assert key not in (row.key_hash, str(row.id))
    for other in ("", key[:-1], row.key_hash):
        assert not is_known(session, other)


def test_it_ends_without_use_and_after_two_weeks_at_the_latest(session: Session, account: Account) -> None:
    key = begin(session, account)
    assert is_known(session, key, 12 * HOUR - timedelta(seconds=1))
    assert not is_known(session, key, 12 * HOUR)
    [row] = session.scalars(select(AccountSession)).all()
    for day in range(1, 14):
        service.seen(session, session_id=row.id, now=NOW + day * 24 * HOUR)
    session.expire_all()
    assert is_known(session, key, 13 * 24 * HOUR + 11 * HOUR)
    service.seen(session, session_id=row.id, now=NOW + 14 * 24 * HOUR)
    session.expire_all()
    assert not is_known(session, key, 14 * 24 * HOUR)


def test_the_last_use_is_noted_every_few_minutes(session: Session, account: Account) -> None:
    begin(session, account)
    [row] = session.scalars(select(AccountSession)).all()
    assert not service.is_due(row, now=NOW + timedelta(minutes=4))
    assert service.is_due(row, now=NOW + timedelta(minutes=5))


def test_an_account_that_is_switched_off_has_none(session: Session, account: Account) -> None:
    key = begin(session, account)
    account.active = False
    session.flush()
    assert not is_known(session, key)


def test_one_is_ended_and_the_others_stay(session: Session, account: Account) -> None:
    keys = [begin(session, account) for _ in range(3)]
    first, second, third = service.of_account(session, account=account, now=NOW)
    service.end(session, account=account, session_id=second.id)
    assert {row.id for row in service.of_account(session, account=account, now=NOW)} == {first.id, third.id}
    service.end_by_key(session, key=keys[0])
    assert sum(is_known(session, key) for key in keys) == 1


def test_nobody_ends_the_session_of_somebody_else(session: Session, account: Account) -> None:
    key = begin(session, account)
    [row] = service.of_account(session, account=account, now=NOW)
    with pytest.raises(NotFound):
        service.end(session, account=accounts.make(session), session_id=row.id)
    assert is_known(session, key)


def test_all_end_with_a_new_password_and_no_others(session: Session, account: Account) -> None:
    keys, other = [begin(session, account) for _ in range(2)], begin(session, accounts.make(session))
    account_service.set_password(session, email=account.email, password_hash="new")
    assert not any(is_known(session, key) for key in keys)
    assert is_known(session, other)


def test_what_has_ended_is_forgotten(session: Session, account: Account) -> None:
    begin(session, account)
    assert service.forget_ended(session, now=NOW + 11 * HOUR) == 0
    assert service.of_account(session, account=account, now=NOW + 12 * HOUR) == []
    assert service.forget_ended(session, now=NOW + 12 * HOUR) == 1
    assert session.scalars(select(AccountSession)).all() == []


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (FIREFOX, ("Firefox", "Windows")),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 "
                "Safari/537.36 Edg/142.0"
            ),
            ("Edge", "macOS"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
            ("Chrome", "Android"),
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            ("Safari", "iOS"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) SamsungBrowser/26.0 Chrome/122 Safari/537.36", ("Samsung Internet", "Linux")),
        ("curl/8.5", ("", "")),
        ("", ("", "")),
        ("<script>alert(1)</script> Firefox/1 Windows", ("Firefox", "Windows")),
    ],
)
def test_a_browser_is_told_by_names_people_know(user_agent: str, expected: tuple[str, str]) -> None:
    assert service.device(user_agent) == expected
