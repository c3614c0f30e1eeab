"""By what a file is known to be still the same: the state of the data, and what else it is made from."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import codebook, questionnaire
from participation.models.cities import City
from participation.services import export_bins, export_readmes
from participation.services.export_tables import BINS, CODEBOOK, Table
from participation.services.exports import Export

# Changes when the same data are written in another way, so that nobody keeps an old file for the same.
FORMAT = 2
# What says of itself what its codes mean, whatever the labels of its cells.
EXPLAINED = ("xlsx", "gpkg", "zip")


@dataclass(frozen=True)
class State:
    """The number of the data's version, when the file became another one last, and a tag that changes with it."""

    version: int
    at: datetime | None
    tag: str


@dataclass(frozen=True)
class Made:
    """What a public file is made from beside the data of the city: the words of the product, and the time.

    `started` is since when the words are those that they are.
    """

    export: Export
    tables: Collection[Table]
    ending: str
    started: datetime

    @property
    def is_worded(self) -> bool:
        """Whether words of the product stand in it, which come with a new version of it."""
        return self.export.labels != "codes" or self.ending in EXPLAINED or CODEBOOK in self.tables


def state(session: Session, *, made: Made) -> State:
    """The state of a file in what the session sees."""
    city, now = made.export.city, made.export.now
    query = select(City.data_version, City.changed_at).where(City.id == city.id)
    version, changed = session.execute(query).one()
    # The counts on a grid change with time too.
    settled = export_bins.settled(session, city=city, now=now) if BINS in made.tables else []
    moments = [moment for moment in (changed, *settled, *([made.started] if made.is_worded else [])) if moment]
    parts = (city.id, version, FORMAT, changed, *settled, wording() if made.is_worded else "")
    tag = hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:32]
    return State(version, max(moments, default=None), tag)


@cache
def wording() -> str:
    """Another one as soon as a label, a question or a sentence of the read-mes has changed."""
    folders = (questionnaire.FOLDER, export_readmes.FOLDER)
    files = [codebook.FILE, *(path for folder in folders for path in sorted(folder.glob("*.toml")))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
