"""A small world in which every page has something to show."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.appeals import Appeal
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.followers import Follower
from participation.models.notes import Note
from participation.models.notices import Notice
from participation.models.partnerships import Partnership
from participation.models.places import Place, Reply, Support
from participation.models.proposals import Proposal
from participation.models.reply_templates import ReplyTemplate
from participation.models.submissions import Submission
from participation.models.texts import PAGES
from participation.models.translations import Translation
from participation.services import (
    appeals,
    decisions,
    followers,
    notes,
    notices,
    proposals,
    receipts,
    replies,
    reply_templates,
    supports,
)
from participation.services import submissions as service
from participation.services.decisions import Seen
from participation.services.locations import Where
from participation.services.notices import Report
from tests.factories import accounts, campaigns, cities, comparisons, partnerships, submissions
from tests.factories.cities import INSIDE, OUTSIDE
from tests.factories.submissions import NOW, at, draft

SECRET = "only-for-tests-abcdefghijklmnopqrstuvwxyz"
NAMES = {"de": "Sommer", "fr": "Été", "es": "Verano", "en": "Summer round"}
ANSWERS: dict[str, object] = {
    "place_type": "square",
    "reasons": ["no_shade", "hot_surfaces"],
    "comfort": "3",
    "sensation": "2",
    "times_of_day": ["midday", "afternoon"],
    "text": "Nach dem Einkauf ist hier kein Schatten.",
    "place_name": "Am Brunnen",
    "role": "resident",
}


@dataclass(frozen=True)
class Sample:
    """Two cities, two campaigns, and submissions in each state with the tokens of their receipts.

    The published one has been reported, supported and answered; the author of another has objected to its rejection;
    there is a note on the pending one; both are translated; somebody, with the token `follower`, waits for news.
    """

    city: City
    partner: City
    campaign: Campaign
    moderator: Account
    lead: Account
    facilitator: Account
    published: Submission
    pending: Submission
    in_words: Submission
    rejected: Submission
    objected: Submission
    erased: Submission
    notice: Notice
    appeal: Appeal
    note: Note
    template: ReplyTemplate
    proposal: Proposal
    follower: str
    tokens: dict[str, str]

    def address(self, rule: str) -> str:
        """An address that exists under a rule of the app, without its language."""
        values = {
            "<city>": self.city.slug,
            "<uuid:place_id>": str(self.published.place_id),
            "<uuid:submission_id>": str((self.pending if "/staff/" in rule else self.published).id),
            "<token>": self._token(rule),
            "<int:z>/<int:x>/<int:y>": "8/133/87",
            f"<any({','.join(PAGES)}):page>": "privacy",
            "<any(publish, reject, point):_step>": "publish",
            "<any(support, unsupport):_step>": "support",
            "<uuid:notice_id>": str(self.notice.id),
            "<uuid:appeal_id>": str(self.appeal.id),
            "<uuid:note_id>": str(self.note.id),
            "<uuid:published_id>": str(self.published.id),
            "<int:template_id>": str(self.template.id),
            "<uuid:proposal_id>": str(self.proposal.id),
            "<any(confirm, drop):_step>": "drop",
            "<int:account_id>": str(self.moderator.id),
            "<uuid:invitation_id>": str(self.notice.id),
            "<uuid:session_id>": str(self.notice.id),
            "<int:profile_id>": "1",
            "<int:token_id>": "1",
            "<uuid:import_id>": str(self.notice.id),
            "<int:mapping_id>": "1",
            "<partnership>": "worms-metz",
            "<uuid:comparison_note_id>": str(self.notice.id),
        }
        for variable, value in values.items():
            rule = rule.replace(variable, value)
        return rule

    def _token(self, rule: str) -> str:
        if "/followers/" in rule:
            return self.follower
        return self.tokens[{"correct": "pending", "object": "rejected"}.get(rule.rpartition("/")[2], "published")]


def make(session: Session) -> Sample:
    """The world as above, in one go."""
    city = cities.make(session, demo=True, outline_is_simple=True, name={"de": "Worms", "fr": "Worms", "en": "Worms"})
    partner = cities.make(session, "metz", centre=OUTSIDE, country="FR", time_zone="Europe/Paris", languages=["fr"])
    cities.district(session, city, name="Altstadt")
    cities.landmark(session, city, name={"de": "Dom", "fr": "Cathédrale", "es": "Catedral", "en": "Cathedral"})
    pair = partnerships.make(session, city, partner, name={"en": "Worms – Metz"})
    campaign = _campaigns(session, pair)
    moderator = accounts.make(session, city)
    sent = {
        state: _send(session, city, campaign, **changed)
        for state, changed in {
            "published": {},
            "pending": {"where": at(INSIDE, near_home=True)},
            "in_words": {"where": Where(words="hinter dem Bahnhof")},
            "rejected": {},
            "objected": {},
            "erased": {},
        }.items()
    }
    made = {state: one.submission for state, one in sent.items()}
    for kind in ("climate_oasis", "idea", "feedback"):
        submissions.published(session, city, campaign, kind)
    submissions.publish(session, made["published"])
    for state in ("rejected", "objected"):
        decisions.reject(
            session, account=moderator, submission=made[state], seen=Seen(1), reason_code="unclear", now=NOW
        )
    receipts.erase(session, submission=made["erased"], now=NOW)
    tokens = {state: one.receipt_token for state, one in sent.items()}
    notice = _talked_about(session, city, made["published"], moderator)
    follower = followers.ask(
        session, submission=made["in_words"], email="news@people.example", lang="de", secret=SECRET, now=NOW
    ).token
    desk = _on_the_desk(session, city, made, moderator)
    session.commit()
    staff = {"lead": accounts.make(session, city, role="city_lead"), "facilitator": accounts.make(session, pair)}
    known = {"city": city, "partner": partner, "campaign": campaign, "moderator": moderator, **staff}
    return Sample(**known, **made, **desk, notice=notice, follower=follower, tokens=tokens)  # type: ignore[arg-type]


def _campaigns(session: Session, pair: Partnership) -> Campaign:
    """One with a computed comparison, and one years before it."""
    campaign = campaigns.make(session, partnership=pair, name=NAMES)
    comparisons.store(session, campaign)
    campaigns.make(session, partnership=pair, code="before", name=NAMES, starts=campaign.starts.replace(year=2019))
    return campaign


def _on_the_desk(session: Session, city: City, made: dict[str, Submission], moderator: Account) -> dict[str, object]:
    """An objection, a note, translations, a template of an answer, and a proposal of a colleague."""
    for one in (made["published"], made["pending"]):
        _translated(session, one)
    text = "Dort ist es wirklich sehr heiß."
    texts = {"de": "Danke für den Hinweis zu {place} in {city}."}
    return {
        "appeal": appeals.give(session, submission=made["objected"], text=text, lang="de", now=NOW),
        "note": notes.write(
            session, account=moderator, submission=made["pending"], text="Grünflächenamt gefragt", lang="de", now=NOW
        ),
        "template": reply_templates.keep(session, account=moderator, city=city, name="Danke", texts=texts, now=NOW),
        "proposal": _proposed(session, accounts.make(session, city), made["in_words"]),
    }


def _talked_about(session: Session, city: City, submission: Submission, moderator: Account) -> Notice:
    """Reported, supported by a neighbour, and answered by the city in two languages."""
    place = session.get_one(Place, submission.place_id)
    supports.give(session, city=city, place=place, contributor_key="neighbour", now=NOW)
    for lang, text in {"de": "Wir pflanzen im Herbst zwei Bäume.", "fr": "Nous plantons deux arbres."}.items():
        replies.give(session, account=moderator, city=city, place=place, lang=lang, text=text, now=NOW)
    report = Report(
        ground="untrue", explanation="Dort stehen zwei Bäume.", good_faith=True, lang="de", email="a@b.example"
    )
    return notices.give(session, city=city, about=submission, report=report, now=NOW).notice


def _translated(session: Session, submission: Submission) -> None:
    """By hand into one language, by a machine into two others, of which somebody has read one."""
    texts = {"fr": "Après les courses, pas d’ombre ici.", "es": "Aquí no hay sombra.", "en": "There is no shade here."}
    for lang, text in texts.items():
        own = {"method": "human"} if lang == "fr" else {"method": "machine", "provider": "A box"}
        session.add(
            Translation(submission_id=submission.id, lang=lang, text=text, at=NOW, reviewed=lang != "en", **own)
        )
    session.flush()


def _proposed(session: Session, account: Account, submission: Submission) -> Proposal:
    """Somebody else is asked whether this is to be rejected."""
    known = {"reason_code": "unclear", "key": "", "now": NOW}
    versions = {submission.id: submission.version}
    return proposals.make(session, account=account, city=submission.city, versions=versions, **known)  # type: ignore[arg-type]


def silent(session: Session) -> Sample:
    """The same world before anybody has supported, reported, answered, noted or followed anything."""
    sample = make(session)
    for table in (Support, Reply, Notice, Follower, Appeal, Note, ReplyTemplate, Translation):
        session.execute(delete(table))
    session.commit()
    return sample


def _send(session: Session, city: City, campaign: Campaign, **changed: Any) -> service.Sent:
    return service.send(
        session,
        city=city,
        campaign=campaign,
        draft=draft(**({"answers": ANSWERS, "text_lang": "de"} | changed)),
        contributor_key="browser",
        secret=SECRET,
        now=NOW,
    )
