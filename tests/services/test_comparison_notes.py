"""Notes on the comparison: who may write and read them, and of which result they speak."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.comparison_notes import TEXT_MAX, ComparisonNote
from participation.services import comparison_notes
from participation.services.comparison_notes import About
from tests.factories import accounts, campaigns, cities, partnerships
from tests.factories.cities import OUTSIDE
from tests.factories.submissions import NOW

ABOUT = About("heat_island-place_type", "abc", NOW)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    pair = partnerships.make(session, cities.make(session), cities.make(session, "metz", centre=OUTSIDE))
    return campaigns.make(session, partnership=pair)


def write(
    session: Session, account: Account, campaign: Campaign, text: str = "Let us talk.", *, public: bool = False
) -> ComparisonNote:
    return comparison_notes.write(
        session, account=account, campaign=campaign, about=ABOUT, text=text, lang="en", public=public, now=NOW
    )


TEAMS: dict[str, Callable[[Session, Campaign], Account]] = {
    "moderator": lambda session, campaign: accounts.make(session, campaign.partnership.cities[0]),
    "lead of the partner": lambda session, campaign: accounts.make(
        session, campaign.partnership.cities[1], role="city_lead"
    ),
    "facilitator": lambda session, campaign: accounts.make(session, campaign.partnership),
    "operator": lambda session, _: accounts.make(session),
}


@pytest.mark.parametrize("somebody", TEAMS)
def test_both_teams_and_their_facilitator_write(session: Session, campaign: Campaign, somebody: str) -> None:
    account = TEAMS[somebody](session, campaign)
    note = write(session, account, campaign)
    assert (note.figure, note.result_version, note.result_at, note.city_id) == (
        ABOUT.figure, "abc", NOW, account.city_id,
    )  # fmt: skip
    assert list(comparison_notes.listing(session, campaign=campaign, reader=account)) == [note]


def test_others_neither_write_nor_read_what_is_for_the_teams(session: Session, campaign: Campaign) -> None:
    stranger = accounts.make(session, cities.make(session, "koeln"))
    write(session, accounts.make(session), campaign)
    shown = write(session, accounts.make(session), campaign, public=True)
    with pytest.raises(NotFound):
        write(session, stranger, campaign)
    for reader in (stranger, None):
        assert list(comparison_notes.listing(session, campaign=campaign, reader=reader)) == [shown]


@pytest.mark.parametrize(("text", "code"), [(" \n", "text_empty"), ("x" * (TEXT_MAX + 1), "too_long")])
def test_a_note_has_words_but_not_too_many(session: Session, campaign: Campaign, text: str, code: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        write(session, accounts.make(session), campaign, text)
    assert refused.value.problems["text"].code == code


def test_only_its_author_and_the_operator_take_a_note_away(session: Session, campaign: Campaign) -> None:
    author = accounts.make(session, campaign.partnership)
    colleague = accounts.make(session, campaign.partnership.cities[0])
    note = write(session, author, campaign)
    with pytest.raises(NotAllowed):
        comparison_notes.remove(session, account=colleague, note_id=note.id)
    stranger = accounts.make(session, cities.make(session, "koeln"))
    with pytest.raises(NotFound):
        comparison_notes.remove(session, account=stranger, note_id=note.id)
    assert comparison_notes.remove(session, account=author, note_id=note.id) is campaign
    assert not comparison_notes.listing(session, campaign=campaign, reader=author)
