"""Sending stores once what fits and says everything that does not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from participation import geo
from participation.errors import Conflict, FormInvalid, Invalid, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.submissions import PLACE_WORDS_MAX, TEXT_MAX, Submission
from participation.services import receipts, submissions, upkeep
from participation.services.locations import Where
from participation.services.submissions import Draft, Sent
from tests.factories import campaigns, cities
from tests.factories import submissions as factory
from tests.factories.cities import CENTRE, INSIDE, OUTSIDE
from tests.factories.submissions import NOW, at, draft
from tests.fixtures.threads import while_first_waits

SECRET = "secret-of-the-installation"


def send(session: Session, sent: Draft, *, key: str = "browser", **changed: object) -> Sent:
    """Send to the only city and its newest campaign."""
    city = session.scalars(select(City).order_by(City.id)).first()
    campaign = session.scalars(select(Campaign).order_by(Campaign.id.desc())).first()
    assert city
    assert campaign
    values = {"city": city, "campaign": campaign, "secret": SECRET, "now": NOW, **changed}
    return submissions.send(session, draft=sent, contributor_key=key, **values)  # type: ignore[arg-type]


def count(session: Session, model: type = Submission) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def problems(session: Session, sent: Draft, **changed: object) -> dict[str, str]:
    """The code of each problem by field; nothing may have been stored."""
    with pytest.raises(FormInvalid) as caught:
        send(session, sent, **changed)
    assert count(session) == count(session, Contributor) == 0
    return {field: problem.code for field, problem in caught.value.problems.items()}


def test_what_was_sent_is_stored_as_pending(session: Session, city: City, campaign: Campaign) -> None:
    district = cities.district(session, city)
    answers = {
        "place_type": "street",
        "reasons": ["no_water", "no_shade"],
        "text": "  Too hot\r\nto wait ",
        "comfort": "4",
    }
    sent = send(session, draft(answers=answers, text_lang="de"))
    session.expire_all()
    stored = session.get_one(Submission, sent.submission.id)
    assert (stored.city, stored.campaign, stored.district) == (city, campaign, district)
    assert (stored.kind, stored.status, stored.source, stored.version) == ("heat_island", "pending", "web", 1)
    assert stored.questionnaire_version == "heat-1"
    assert stored.point == stored.public_point == INSIDE
    assert (stored.place_type, stored.reasons, stored.comfort) == ("street", ("no_shade", "no_water"), "4")
    assert (stored.text, stored.text_lang) == ("Too hot\nto wait", "de")
    assert (stored.created_at, stored.published_at, stored.place_id) == (NOW, None, None)
    assert stored.id.version == 7
    assert not sent.repeated


@pytest.mark.parametrize("kind", factory.ANSWERS)
def test_every_kind_can_be_sent_with_what_it_requires(
    kind: str, session: Session, city: City, campaign: Campaign
) -> None:
    assert send(session, draft(kind)).submission.kind == kind


@pytest.mark.parametrize("kind", ["idea", "feedback"])
def test_ideas_and_feedback_need_no_place(kind: str, session: Session, city: City, campaign: Campaign) -> None:
    sent = send(session, draft(kind, where=Where()))
    assert sent.submission.point is None
    assert sent.submission.cell is None


def test_words_for_a_place_reach_the_queue_without_a_point(session: Session, city: City, campaign: Campaign) -> None:
    stored = send(session, draft(where=Where(words=" behind\tthe  station "))).submission
    assert (stored.place_words, stored.point, stored.status) == ("behind the station", None, "pending")


def test_a_landmark_gives_its_point(session: Session, city: City, campaign: Campaign) -> None:
    landmark = cities.landmark(session, city)
    assert send(session, draft(where=Where(landmark="dom"))).submission.point == landmark.point


def test_without_a_text_there_is_no_language_of_it(session: Session, city: City, campaign: Campaign) -> None:
    assert send(session, draft(text_lang="fr")).submission.text_lang is None


def test_near_a_home_only_the_snapped_point_is_public(session: Session, city: City, campaign: Campaign) -> None:
    stored = send(session, draft(where=at(INSIDE, near_home=True))).submission
    assert stored.point == INSIDE
    assert stored.public_point == geo.snap(INSIDE) != INSIDE
    assert stored.near_home


LONG = {"text": "x" * (TEXT_MAX + 1)}
REASONS = ["no_shade", "no_water", "no_greenery", "no_airflow", "hot_surfaces", "unsure"]
BAD_DRAFTS = {
    "a kind that is not offered": (draft("heat_island", where=Where()), {"kind": "unknown_code"}),
    "no place": (draft(where=Where()), {"lat": "where_required"}),
    "no number": (draft(where=Where(lat="north", lon="8.3")), {"lat": "not_a_point"}),
    "half a point": (draft(where=Where(lat="49.6")), {"lat": "not_a_point"}),
    "a point off the globe": (draft(where=Where(lat="91", lon="8.3")), {"lat": "not_a_point"}),
    "outside": (draft(where=at(OUTSIDE)), {"lat": "outside"}),
    "the position at which the map opens": (draft(where=at(CENTRE)), {"lat": "untouched"}),
    "unknown landmark": (draft(where=Where(landmark="moon")), {"landmark": "unknown_code"}),
    "unknown district": (draft(where=Where(district="moon")), {"district": "unknown_code"}),
    "too many words": (draft(where=Where(words="x" * (PLACE_WORDS_MAX + 1))), {"place_words": "too_long"}),
    "no answers": (draft(answers={}), {"place_type": "required", "reasons": "required"}),
    "unknown answer": (draft(answers={"place_type": "moon", "reasons": ["unsure"]}), {"place_type": "unknown_code"}),
    "reason of another kind": (
        draft(answers={"place_type": "square", "reasons": ["tree_shade"]}),
        {"reasons": "unknown_code"},
    ),
    "too many reasons": (draft(answers={"place_type": "square", "reasons": REASONS}), {"reasons": "too_many"}),
    "text too long": (draft("idea", answers=LONG), {"text": "too_long"}),
    "text too short": (draft("idea", answers={"text": "Trees!"}), {"text": "too_short"}),
    "question of another kind": (
        draft("idea", answers={"text": "x" * 20, "topic": "platform"}),
        {"topic": "not_asked"},
    ),
    "no language": (draft("idea", text_lang=""), {"text_lang": "unknown_code"}),
    "a language that is none": (draft("idea", text_lang="<script>"), {"text_lang": "unknown_code"}),
    "everything at once": (
        draft(where=Where(landmark="moon", words="x" * 201), answers={}, text_lang="?"),
        {
            "landmark": "unknown_code",
            "place_words": "too_long",
            "place_type": "required",
            "reasons": "required",
            "text_lang": "unknown_code",
        },
    ),
}


@pytest.mark.parametrize("what", BAD_DRAFTS)
def test_each_problem_has_its_code_and_nothing_is_stored(
    what: str, session: Session, city: City, campaign: Campaign
) -> None:
    bad, expected = BAD_DRAFTS[what]
    if "kind" in expected:
        campaign.kinds = ["idea"]
    assert problems(session, bad) == expected


def test_a_point_in_the_partner_city_names_it(session: Session, city: City, campaign: Campaign) -> None:
    metz = cities.make(session, "metz", centre=OUTSIDE)
    with pytest.raises(FormInvalid) as caught:
        send(session, draft(where=at(OUTSIDE)), partners=[metz])
    assert caught.value.problems["lat"].details == {"partner": metz}


@pytest.mark.parametrize(
    ("starts", "ends"), [(date(2020, 1, 1), date(2026, 6, 30)), (date(2026, 7, 2), date(2100, 1, 1))]
)
def test_a_closed_campaign_takes_nothing(starts: date, ends: date, session: Session, city: City) -> None:
    campaigns.make(session, city, starts=starts, ends=ends)
    with pytest.raises(Invalid, match="campaign_closed") as caught:
        send(session, draft())
    assert caught.value.details == {"starts": starts, "ends": ends}
    assert count(session) == 0


def test_the_days_of_a_campaign_are_those_of_the_city(session: Session, city: City) -> None:
    """At two in the morning UTC the first of July has not begun in Peru, at six it has."""
    campaigns.make(session, city, starts=date(2026, 7, 1), ends=date(2026, 7, 1))
    city.time_zone = "America/Lima"
    with pytest.raises(Invalid, match="campaign_closed"):
        send(session, draft(), now=NOW.replace(hour=2))
    assert send(session, draft(), now=NOW.replace(hour=6)).submission.status == "pending"


def test_the_same_form_again_gets_the_first_answer(session: Session, city: City, campaign: Campaign) -> None:
    first = send(session, draft(idempotency_key="one"))
    again = send(session, draft(idempotency_key="one"))
    assert again.submission is first.submission
    assert again.receipt_token == first.receipt_token
    assert again.repeated
    assert count(session) == 1


def test_the_same_form_again_is_answered_after_the_campaign_too(
    session: Session, city: City, campaign: Campaign
) -> None:
    first = send(session, draft(idempotency_key="one"))
    campaign.ends = date(2020, 1, 2)
    assert send(session, draft(idempotency_key="one")).submission is first.submission


def test_a_key_cannot_carry_other_content(session: Session, city: City, campaign: Campaign) -> None:
    send(session, draft(idempotency_key="one"))
    with pytest.raises(Conflict, match="already_sent"):
        send(session, draft("idea", idempotency_key="one"))
    assert count(session) == 1


def test_a_form_whose_key_is_forgotten_is_not_stored_under_the_same_receipt(
    session: Session, city: City, campaign: Campaign
) -> None:
    send(session, draft(idempotency_key="one"))
    upkeep.forget_form_keys(session, now=NOW + timedelta(days=2))
    with pytest.raises(Conflict, match="already_sent"):
        send(session, draft(idempotency_key="one"))
    assert send(session, draft(idempotency_key="two")).submission.status == "pending"
    assert count(session) == 2


def test_forms_without_a_key_are_different_submissions(session: Session, city: City, campaign: Campaign) -> None:
    tokens = {send(session, draft(idempotency_key="")).receipt_token for _ in range(2)}
    assert len(tokens) == count(session) == 2


@pytest.mark.parametrize("first_commits", [True, False])
def test_a_double_click_is_stored_once(
    first_commits: bool, session: Session, engine: Engine, city: City, campaign: Campaign
) -> None:
    session.commit()
    twice = draft(idempotency_key="double")
    first, second = while_first_waits(engine, lambda own: send(own, twice), commit=first_commits)
    assert second.repeated is first_commits
    assert second.receipt_token == first.receipt_token
    assert count(session) == count(session, Contributor) == 1


def test_a_browser_is_counted_once_per_campaign(session: Session, city: City, campaign: Campaign) -> None:
    first, second = (send(session, draft()).submission.contributor_id for _ in range(2))
    other = send(session, draft(), key="other browser").submission.contributor_id
    assert first == second != other
    campaigns.make(session, partnership=campaign.partnership, code="next")
    assert send(session, draft()).submission.contributor_id not in (first, other)
    assert count(session, Contributor) == 3


def test_secrets_are_kept_as_hashes_only(session: Session, city: City, campaign: Campaign) -> None:
    sent = send(session, draft(idempotency_key="form-key"), key="browser-key")
    session.flush()
    rows = [*session.execute(select(Submission.__table__)).one(), *session.execute(select(Contributor.__table__)).one()]
    stored = " ".join(map(str, rows))
    for secret in (sent.receipt_token, "form-key", "browser-key"):
        assert secret not in stored


def test_another_secret_gives_another_receipt(session: Session, city: City, campaign: Campaign) -> None:
    token = send(session, draft(idempotency_key="one")).receipt_token
    assert send(session, draft(idempotency_key="one"), secret="another").receipt_token != token


def test_a_repeated_form_does_not_bring_back_what_was_erased(session: Session, city: City, campaign: Campaign) -> None:
    sent = send(session, draft(idempotency_key="one"))
    receipts.erase(session, submission=sent.submission, now=NOW)
    again = send(session, draft(idempotency_key="one"))
    assert (again.repeated, again.submission.status, count(session)) == (True, "erased", 1)


def test_only_published_ones_of_the_city_are_shown(session: Session, city: City, campaign: Campaign) -> None:
    shown = factory.published(session, city, campaign)
    other = cities.make(session, "metz")
    hidden = [factory.make(session, city, campaign), factory.published(session, other, campaign)]
    assert submissions.published(session, city=city, submission_id=shown.id) is shown
    for submission in hidden:
        with pytest.raises(NotFound):
            submissions.published(session, city=city, submission_id=submission.id)
