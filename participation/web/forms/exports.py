"""The query string of a download, read into what is wanted and how it is written."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from participation.errors import Invalid
from participation.locales import CODES, DEFAULT
from participation.models.cities import City
from participation.services.export_lines import LAYOUTS, Layout, layout
from participation.services.export_tables import CODEBOOK, SUBMISSIONS, TABLES
from participation.services.exports import LABELS, Export
from participation.web.forms import filters
from participation.web.forms.filters import Args

PROFILES = ("public", "internal")
# What narrows a file down. A table that is not made of submissions takes none of it, and the counts by cell take only
# what cannot be used to look into a cell by comparing two files.
FILTERS = ("kind", "campaign", "place_type", "district", "from", "to", "bbox")
TAKEN = {"bins": ("kind", "campaign"), "decisions": (), "codebook": (), "downloads": ()}
# Always for the staff of the city only, whatever the profile.
RECORDS = ("decisions", "downloads")
STAMP_MAX = 60


@dataclass(frozen=True)
class Wish:
    """What somebody wants to download, how it is written, and what the filter is called in the name of the file."""

    export: Export
    layout: Layout
    profile: str
    stamp: str
    query: str


def read(args: Args, session: Session, city: City, *, table: str, base_url: str, now: datetime) -> Wish:
    """The wish in a query string; raises Invalid or NotFound for what cannot be met."""
    taken = TAKEN.get(table, FILTERS)
    for name in FILTERS:
        if args.get(name) and name not in taken:
            raise Invalid("filter_unknown", name=name)
    profile = _one_of(args, "profile", PROFILES)
    if profile == "internal" and table != SUBMISSIONS.name:
        raise Invalid("filter_unknown", name="profile")
    lang = _one_of(args, "lang", (DEFAULT, *CODES))
    chosen = filters.read_for_machines(args, session, city)
    export = Export(
        TABLES[table],
        city,
        chosen.for_staff() if profile == "internal" else chosen,
        now,
        labels=_one_of(args, "labels", LABELS) if table != CODEBOOK.name else LABELS[0],
        lang=lang,
        base_url=base_url,
    )
    export = replace(export, only=_columns(args, export))
    query = "&".join(f"{name}={value}" for name in taken for value in sorted(args.getlist(name)) if value)
    how = layout(_one_of(args, "layout", LAYOUTS), lang)
    return Wish(export, how, profile, _stamp(query), query)


def _columns(args: Args, export: Export) -> tuple[str, ...]:
    """The columns that are wanted, joined by commas; none named means all."""
    wanted = tuple(name for name in args.get("columns", "").split(",") if name)
    if not {*wanted} <= {column.name for column in export.table.of(internal=export.chosen.internal)}:
        raise Invalid("filter_unknown", name="columns")
    return wanted


def _one_of(args: Args, name: str, known: tuple[str, ...]) -> str:
    value = args.get(name, "") or known[0]
    if value not in known:
        raise Invalid("filter_unknown", name=name)
    return value


def _stamp(query: str) -> str:
    """The filter as a part of a file's name; a long one is a number that is always the same for it."""
    words = re.sub(r"[^A-Za-z0-9.]+", "-", re.sub(r"(^|&)(\w+)=", r"\1", query)).strip("-")
    return words if len(words) <= STAMP_MAX else hashlib.sha256(query.encode()).hexdigest()[:12]
