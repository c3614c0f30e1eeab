"""What is chosen on the pages of downloads: which entries, and how the files are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from participation.errors import Invalid
from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.questionnaire import KINDS
from participation.services.export_tables import SUBMISSIONS
from participation.web.forms import filters
from participation.web.forms.exports import FILTERS, PROFILES, TAKEN
from participation.web.forms.filters import Args, Chosen

# The first of each is how somebody gets it who has chosen nothing: most people have an office program.
LAYOUTS = ("excel", "machine")
LABELS = ("text", "codes", "both")
# The language of a page stands in its path, so that its query calls that of the files otherwise.
PAGE_NAMES = {"lang": "language"}


@dataclass(frozen=True)
class Asked(Chosen):
    """A filter with days, and what the files look like; the addresses of pages and files are made from it.

    With the label of a `version` the files are those of this version or gone.
    """

    profile: str = PROFILES[0]
    layout: str = LAYOUTS[0]
    labels: str = LABELS[0]
    language: str = CODES[0]
    page_language: str = CODES[0]
    version: str = ""

    def entries(self) -> dict[str, Any]:
        """Which entries, as a query string says it; what is not narrowed is left out."""
        wanted = self.filter
        parts = {
            "kind": list(self.kinds) if set(self.kinds) != set(KINDS) else None,
            "campaign": self.campaign.code if self.campaign else None,
            "place_type": list(self.place_types),
            "district": list(self.district_codes),
            "bbox": ",".join(f"{edge:.6f}" for edge in wanted.box) if wanted.box else None,
            "from": wanted.first_day.isoformat() if wanted.first_day else None,
            "to": wanted.last_day.isoformat() if wanted.last_day else None,
        }
        return {name: value for name, value in parts.items() if value}

    def query(self, **changed: Any) -> dict[str, Any]:
        """The query string of a page of downloads, with some parts changed."""
        how = {
            "profile": (self.profile, PROFILES[0]),
            "layout": (self.layout, LAYOUTS[0]),
            "labels": (self.labels, LABELS[0]),
            "language": (self.language, self.page_language),
        }
        parts = self.entries() | {name: value for name, (value, usual) in how.items() if value != usual}
        return {name: value for name, value in {**parts, **changed}.items() if value and value != filters.ALL}

    def of_file(self, table: str = "") -> dict[str, Any]:
        """The query string of a file of one table, or of all of them; what does not concern it is left out."""
        taken = TAKEN.get(table, FILTERS)
        parts = {name: value for name, value in self.entries().items() if name in taken}
        parts |= {"layout": self.layout, "labels": self.labels, "lang": self.language}
        if self.filter.internal and table == SUBMISSIONS.name:
            parts["profile"] = self.profile
        return parts | ({"version": self.version} if self.version else {})

    def of_list(self) -> dict[str, Any]:
        """The query string with which the list shows the same entries; it knows no days."""
        parts = self.entries() | {"campaign": self.campaign.code if self.campaign else filters.ALL}
        return {name: value for name, value in parts.items() if name not in ("from", "to")}


def read(
    args: Args,
    session: Session,
    city: City,
    *,
    campaigns: Sequence[Campaign],
    districts: Sequence[District],
    page_language: str,
) -> Asked:
    """What the query string of a page asks for; raises Invalid or NotFound for what is not there.

    `profile` is only read: whether somebody may have it is for the page to say.
    """
    wanted = filters.read_for_machines(args, session, city)
    profile = _one_of(args, "profile", PROFILES)
    return Asked(
        wanted.for_staff() if profile == "internal" else wanted,
        next((campaign for campaign in campaigns if campaign.id == wanted.campaign_id), None),
        [district for district in districts if district.id in wanted.districts],
        profile=profile,
        layout=_one_of(args, "layout", LAYOUTS),
        labels=_one_of(args, "labels", LABELS),
        language=_one_of(args, "language", (page_language, *CODES)),
        page_language=page_language,
    )


def _one_of(args: Args, name: str, known: Sequence[str]) -> str:
    value = args.get(name, "") or known[0]
    if value not in known:
        raise Invalid("filter_unknown", name=name)
    return value
