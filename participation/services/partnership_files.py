"""What a partnership's TOML file says, read and checked completely; README has an example."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from participation import questionnaire
from participation.locales import DEFAULT
from participation.services.toml_tables import Table


@dataclass(frozen=True)
class CampaignEntry:
    """A campaign as the file has it, from its first to its last day."""

    code: str
    name: dict[str, str]
    starts: date
    ends: date
    kinds: tuple[str, ...]
    questionnaire: str


@dataclass(frozen=True)
class PartnershipFile:
    """A partnership as its file has it; `cities` are slugs."""

    slug: str
    name: dict[str, str]
    cities: tuple[str, ...]
    campaigns: tuple[CampaignEntry, ...]


def read(file: Path) -> PartnershipFile:
    """Read and check a file; raises Invalid for the first mistake."""
    top = Table.of_file(file)
    partnership = PartnershipFile(
        slug=top.slug("slug"), name=top.names("name", DEFAULT), cities=_cities(top), campaigns=_campaigns(top)
    )
    top.done()
    return partnership


def _cities(top: Table) -> tuple[str, ...]:
    slugs = top.texts("cities")
    if len(slugs) < 2:
        top.fail("cities", "must name at least two cities")
    return tuple(slugs)


def _campaigns(top: Table) -> tuple[CampaignEntry, ...]:
    campaigns: dict[str, CampaignEntry] = {}
    for table in top.tables("campaigns"):
        entry = _campaign(table)
        if entry.code in campaigns:
            table.fail("code", f"comes twice: {entry.code!r}")
        campaigns[entry.code] = entry
    return tuple(campaigns.values())


def _campaign(table: Table) -> CampaignEntry:
    version = table.one_of("questionnaire", questionnaire.versions())
    offered = [kind.code for kind in questionnaire.load(version).kinds]
    entry = CampaignEntry(
        code=table.slug("code"),
        name=table.names("name", DEFAULT),
        starts=table.day("starts"),
        ends=table.day("ends"),
        kinds=tuple(table.some_of("kinds", offered)),
        questionnaire=version,
    )
    if entry.ends < entry.starts:
        table.fail("ends", "must not be before starts")
    table.done()
    return entry
