"""Templates of answers: kept by the own city, filled in for a place; what nobody knows never becomes public."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.places import REPLY_MAX, Place
from participation.models.reply_templates import NAME_MAX, ReplyTemplate
from participation.services import replies, reply_templates
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.submissions import NOW

TEXTS = {"de": "Danke zu {place} im Stadtteil {district} in {city}.", "fr": " ", "en": "Thanks for {city}"}


@pytest.fixture
def city(session: Session) -> City:
    return cities.make(session, name={"de": "Worms am Rhein", "en": "Worms"})


def keep(session: Session, account: Account, city: City, **changed: object) -> ReplyTemplate:
    values = {"name": " Thanks \n a lot", "texts": TEXTS, **changed}
    return reply_templates.keep(session, account=account, city=city, now=NOW, **values)  # type: ignore[arg-type]


def test_it_is_kept_changed_and_thrown_away(session: Session, city: City, moderator: Account) -> None:
    template = keep(session, moderator, city)
    assert (template.name, list(template.texts)) == ("Thanks a lot", ["de", "en"])
    keep(session, moderator, city, name="Another")
    keep(session, moderator, city, template=template, texts={"de": "Neu"})
    session.expire_all()
    found = reply_templates.of_city(session, account=moderator, city=city)
    assert [(one.name, one.texts) for one in found if one.id == template.id] == [("Thanks a lot", {"de": "Neu"})]
    assert [one.name for one in found] == ["Another", "Thanks a lot"]
    reply_templates.delete(session, account=moderator, city=city, template_id=template.id)
    assert [one.name for one in reply_templates.of_city(session, account=moderator, city=city)] == ["Another"]


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"name": " "}, "name", "required"),
        ({"name": "x" * (NAME_MAX + 1)}, "name", "too_long"),
        ({"name": "Taken"}, "name", "name_taken"),
        ({"texts": {"de": " "}}, "texts", "text_required"),
        ({"texts": {"de": "x" * (REPLY_MAX + 1)}}, "text_de", "too_long"),
        ({"texts": {"de": "Dear {mayor}, {city}"}}, "text_de", "unknown_variable"),
    ],
)
def test_what_cannot_be_kept(
    session: Session, city: City, moderator: Account, changed: dict[str, object], field: str, code: str
) -> None:
    keep(session, moderator, city, name="Taken")
    with pytest.raises(FormInvalid) as caught:
        keep(session, moderator, city, **changed)
    assert {name: problem.code for name, problem in caught.value.problems.items()} == {field: code}


def test_variables_are_filled_in_as_far_as_they_are_known(session: Session, city: City, moderator: Account) -> None:
    cities.district(session, city, name="Altstadt")
    campaign = campaigns.make(session, city)
    place = session.get_one(Place, submissions.published(session, city, campaign, place_name="Am Brunnen").place_id)
    template = keep(session, moderator, city)
    filled = reply_templates.filled(template, city=city, place=place)
    assert filled == {"de": "Danke zu Am Brunnen im Stadtteil Altstadt in Worms am Rhein.", "en": "Thanks for Worms"}
    place.name = None
    unnamed = reply_templates.filled(template, city=city, place=place)["de"]
    assert unnamed.startswith("Danke zu {place} im Stadtteil Altstadt")
    with pytest.raises(FormInvalid) as caught:
        replies.give(session, account=moderator, city=city, place=place, lang="de", text=unnamed, now=NOW)
    assert caught.value.problems["text"].code == "variable_left"
    assert replies.give(session, account=moderator, city=city, place=place, lang="de", text="{x} ok", now=NOW)


def test_other_staff_find_nothing(session: Session, city: City, moderator: Account) -> None:
    template = keep(session, moderator, city)
    other = cities.make(session, "metz")
    stranger = accounts.make(session, other)
    with pytest.raises(NotFound):
        reply_templates.of_city(session, account=stranger, city=city)
    with pytest.raises(NotFound):
        keep(session, stranger, city)
    with pytest.raises(NotFound):
        reply_templates.delete(session, account=stranger, city=city, template_id=template.id)
    with pytest.raises(NotFound):
        reply_templates.one(session, account=submissions.operator(session), city=other, template_id=template.id)
