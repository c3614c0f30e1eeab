"""Entries in every state in the demonstration's Worms and Köln, so that every page has something to show."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.accounts import Account
from participation.models.appeals import Appeal
from participation.models.notices import Notice
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.models.translations import Translation
from participation.services import (
    appeals,
    campaigns,
    cities,
    decisions,
    followers,
    notes,
    notices,
    replies,
    reply_templates,
)
from participation.services import submissions as service
from participation.services.decisions import Seen
from participation.services.locations import Where
from participation.services.notices import Report
from tests.factories import submissions
from tests.factories.submissions import at, draft

# Within the view in which the map of Worms opens, and away from where other tests put their pins.
SPOT = Point(49.6361, 8.3612)
ALONE = Point(49.6349, 8.3569)
KOELN = Point(50.9413, 6.9583)
FULL: dict[str, object] = {
    "place_type": "square",
    "reasons": ["hot_surfaces", "no_shade", "sealed_ground"],
    "comfort": "4",
    "times_of_day": ["afternoon", "midday"],
    "text": "Mittags ist der Platz so heiß, dass sich niemand mehr auf die Bänke setzt.",
    "place_name": "Am Brunnen",
    "role": "resident",
}
FRENCH = "Encore plus chaud le soir."
# By a machine, and nobody has read them yet.
TRANSLATED = {"de": "Abends noch heißer.", "es": "Por la tarde hace aún más calor.", "en": "Even hotter at night."}


@dataclass(frozen=True)
class Shown:
    """The ids of what is shown by state, the tokens of links, and the id of a place with several entries and an answer.

    `ids["notice"]` is a report, `ids["appeal"]` an objection, `tokens["follower"]` the link of somebody who waits
    for news.
    """

    ids: dict[str, UUID]
    tokens: dict[str, str]
    place: UUID


def make(session: Session, *, secret: str) -> Shown:
    """All of it in one go."""
    sent = {
        "published": _send(session, secret, answers=FULL, where=at(SPOT)),
        "beside": _send(session, secret, where=at(SPOT), answers=FULL | {"text": FRENCH}, text_lang="fr"),
        "alone": _send(session, secret, kind="climate_oasis", where=at(ALONE)),
        "idea": _send(session, secret, kind="idea", where=Where()),
        "pending": _send(session, secret, answers=FULL, where=at(SPOT, near_home=True)),
        "in_words": _send(session, secret, where=Where(words="hinter dem Bahnhof, bei den Bänken")),
        "rejected": _send(session, secret, kind="feedback", where=Where()),
        "objected": _send(session, secret, kind="feedback", where=Where()),
    }
    made = {state: one.submission for state, one in sent.items()}
    now = datetime.now(UTC)
    for state in ("published", "beside", "alone", "idea"):
        # Two of them are about the same place.
        made["beside"].place_id = made["published"].place_id
        submissions.publish(session, made[state], now=now)
    operator = submissions.operator(session)
    for state in ("rejected", "objected"):
        decisions.reject(
            session, account=operator, submission=made[state], seen=Seen(1), reason_code="unclear", now=now
        )
    for lang, text in TRANSLATED.items():
        translation = {"lang": lang, "text": text, "method": "machine", "at": now}
        session.add(Translation(submission_id=made["beside"].id, **translation))
    made["koeln"] = _in_closed_campaign(session)
    session.flush()
    place = made["published"].place_id
    assert place is not None
    ids = {state: submission.id for state, submission in made.items()}
    tokens = {state: one.receipt_token for state, one in sent.items()}
    ids["notice"] = _talked_about(session, made["published"], operator).id
    tokens["follower"] = followers.ask(
        session, submission=made["in_words"], email="news@people.example", lang="de", secret=secret, now=now
    ).token
    ids["appeal"] = _on_the_desk(session, made, operator).id
    return Shown(ids, tokens, place)


def _on_the_desk(session: Session, made: dict[str, Submission], operator: Account) -> Appeal:
    """An objection, a note, and a template of an answer."""
    now, city = datetime.now(UTC), made["published"].city
    note, objection = "Grünflächenamt gefragt", "Der Weg ist öffentlich, auch nachts."
    notes.write(session, account=operator, submission=made["pending"], text=note, lang="de", now=now)
    texts = {"de": "Danke für den Hinweis zu {place}. Das Grünflächenamt prüft, was dort möglich ist."}
    reply_templates.keep(session, account=operator, city=city, name="Grünflächenamt", texts=texts, now=now)
    return appeals.give(session, submission=made["objected"], text=objection, lang="de", now=now)


def _talked_about(session: Session, submission: Submission, operator: Account) -> Notice:
    """Answered by the city in two languages, and reported."""
    place, now = session.get_one(Place, submission.place_id), datetime.now(UTC)
    for lang, text in {"de": "Wir pflanzen im Herbst zwei Bäume.", "fr": "Nous plantons deux arbres."}.items():
        replies.give(session, account=operator, city=submission.city, place=place, lang=lang, text=text, now=now)
    report = Report(
        ground="untrue", explanation="Dort stehen zwei Bäume.", good_faith=True, lang="de", email="a@b.example"
    )
    return notices.give(session, city=submission.city, about=submission, report=report, now=now).notice


def _send(session: Session, secret: str, *, kind: str = "heat_island", **changed: Any) -> service.Sent:
    city = cities.by_slug(session, slug="worms")
    now = datetime.now(UTC)
    campaign = campaigns.current(session, city=city, now=now)
    assert campaign is not None
    return service.send(
        session,
        city=city,
        campaign=campaign,
        draft=draft(kind, **({"text_lang": "de"} | changed)),
        contributor_key="shown",
        secret=secret,
        now=now,
    )


def _in_closed_campaign(session: Session) -> Submission:
    city = cities.by_slug(session, slug="koeln")
    now = datetime.now(UTC)
    campaign = campaigns.current(session, city=city, now=now)
    assert campaign is not None
    return submissions.published(session, city, campaign, point=KOELN, now=now)
