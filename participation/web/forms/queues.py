"""The forms of the queue: what is narrowed, what is decided, and the words for both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField

from participation.locales import CODES
from participation.models.cities import City, District
from participation.models.submissions import SOURCES
from participation.questionnaire import KINDS
from participation.services.queue_decisions import ACTIONS, Wish
from participation.services.queues import QUEUES, WORDS_MAX, Wanted
from participation.text import TAG_MAX, is_language_tag
from participation.web.plumbing.locale import per_language

Args = MultiDict[str, str]


@dataclass(frozen=True)
class Chosen:
    """The wanted part of a queue, the district it speaks of, and behind which entry the list begins."""

    wanted: Wanted
    districts: Sequence[District] = field(default_factory=list)
    district: str = ""
    after: UUID | None = None

    def query(self, **changed: Any) -> dict[str, Any]:
        """The query string that makes this choice, with some parts changed."""
        wanted = self.wanted
        parts = {
            "queue": wanted.queue if wanted.queue != QUEUES[0] else "",
            "kind": wanted.kind,
            "district": self.district,
            "language": wanted.language,
            "source": wanted.source,
            "q": wanted.words,
            "after": self.after,
        }
        return {name: value for name, value in {**parts, **changed}.items() if value}


def read(args: Args, districts: Sequence[District]) -> Chosen:
    """The choice in a query string; what is not known narrows nothing, because it may have been decided on by now."""
    district = next((one for one in districts if one.code == args.get("district", "")), None)
    language = args.get("language", "")[:TAG_MAX]
    wanted = Wanted(
        queue=_known(args, "queue", QUEUES) or QUEUES[0],
        kind=_known(args, "kind", KINDS),
        district_id=district.id if district else None,
        language=language if is_language_tag(language) else "",
        source=_known(args, "source", SOURCES),
        words=" ".join(args.get("q", "").replace("\0", "").split())[:WORDS_MAX],
    )
    return Chosen(wanted, districts, district.code if district else "", id_in(args, "after"))


def languages_of(city: City) -> list[str]:
    """The languages in which people may have written: the city's first, then the others of the product."""
    return list(dict.fromkeys((*city.languages, *CODES)))


def id_in(args: Args, name: str) -> UUID | None:
    """The id of an entry under this name."""
    try:
        return UUID(args.get(name, ""))
    except ValueError:
        return None


def _known(args: Args, name: str, codes: Sequence[str]) -> str:
    value = args.get(name, "")
    return value if value in codes else ""


class QueueForm(FlaskForm):
    """A decision in the queue: on the entry that is open, in the version that was seen."""

    action = StringField()
    version = IntegerField()
    reason_code = StringField()
    idempotency_key = StringField()
    sentence = StringField()

    def wish(self, lang: str) -> Wish:
        """What is wanted; what is not known is a rejection, which needs a reason; `lang` is spoken."""
        action = self.action.data or ""
        rejects = action not in ACTIONS or action == "reject"
        return Wish(
            action="reject" if rejects else action,
            reason_code=self.reason_code.data or "" if rejects else "",
            idempotency_key=self.idempotency_key.data or "",
            sentence=self.sentence.data or "" if rejects else "",
            lang=lang,
        )


class ManyForm(QueueForm):
    """The same decision on many entries, each with the version that was seen."""

    def versions(self, values: Sequence[str]) -> dict[UUID, int]:
        """The entries that were ticked, as `id:version`; what does not look so is left out."""
        found = {}
        for value in values:
            text, _, version = value.partition(":")
            try:
                found[UUID(text)] = int(version[:9])
            except ValueError:
                continue
        return found


@per_language
def queue_labels() -> dict[str, str]:
    """The queues of the desk, as moderators read them."""
    return {
        "new": gettext("New"),
        "second_look": gettext("Second look"),
        "photos": gettext("With a photo"),
        "without_point": gettext("Without a point"),
    }


@per_language
def elsewhere_labels() -> dict[str, str]:
    """What waits on pages of its own."""
    return {
        "reports": gettext("Reports"),
        "appeals": gettext("Objections"),
        "notes": gettext("Notes and advice"),
        "proposals": gettext("To be confirmed"),
    }


def done_labels() -> dict[str, str]:
    """What was decided a moment ago."""
    return {
        "publish": gettext("The entry is published."),
        "reject": gettext("The entry is rejected."),
        "second_look": gettext("The entry waits for a second look."),
    }


@per_language
def wanted_labels() -> dict[str, str]:
    """What somebody wanted to do who came second."""
    return {
        "publish": gettext("Publish"),
        "reject": gettext("Reject"),
        "second_look": gettext("Second look"),
        "undo": gettext("Undo"),
        "same-place": gettext("Same place as another entry"),
        "redact": gettext("Redact"),
        "point": gettext("Move the point"),
    }
