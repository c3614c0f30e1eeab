"""What the downloads have in which columns: the contract with everybody who reads our files, whatever their format.

Columns may be added at the end of a table, never renamed or moved; a test holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# `text` is what somebody wrote and may look like a formula; `code` is a word, an id or an address that never does;
# `codes` are several of them, joined by `|`; `number` has six decimals; a `moment` is UTC; a `flag` is true or false.
Type = Literal["text", "code", "codes", "number", "integer", "moment", "flag"]


@dataclass(frozen=True)
class Column:
    """A column of a table; an `internal` one is for the staff of the city only."""

    name: str
    type: Type = "code"
    internal: bool = False


@dataclass(frozen=True)
class Table:
    """A table as it is downloaded, in all formats."""

    name: str
    columns: tuple[Column, ...]

    def of(self, *, internal: bool) -> Sequence[Column]:
        """The columns of a profile, in their order."""
        return [column for column in self.columns if internal or not column.internal]


def _columns(text: str, *, internal: bool = False) -> tuple[Column, ...]:
    """Columns written as `name` for a code, else `name:type`."""
    parts = [word.partition(":") for word in text.split()]
    return tuple(Column(name, kind or "code", internal) for name, _, kind in parts)  # type: ignore[arg-type]


SUBMISSIONS = Table(
    "submissions",
    (
        *_columns("""
id partnership city campaign kind status lat:number lon:number district:text place_id place_name:text place_type
reasons:codes comfort sensation times_of_day:codes visit_frequency use:codes behaviour people_affected:codes access
measures:codes idea_scope topic text:text text_lang text_de:text text_fr:text text_es:text text_en:text
translation_kind supports:integer photo reply:text source questionnaire_version created_at:moment published_at:moment
"""),
        *_columns("role age_band reason_code", internal=True),
        *_columns("text_de_kind text_fr_kind text_es_kind text_en_kind"),
        *_columns("near_home:flag", internal=True),
    ),
)
PLACES = Table(
    "places",
    _columns("""
id city name:text lat:number lon:number submissions:integer heat_island:integer climate_oasis:integer idea:integer
feedback:integer reasons:codes reason_counts supports:integer contributors:integer reply:text reply_lang
first_at:moment last_at:moment
"""),
)
TRANSLATIONS = Table("translations", _columns("id language text:text method provider:text reviewed:flag at:moment"))
# With `city` and `account_id` a line holds everything its hash is made from; `account` is the address of that account,
# and `at` has the microseconds that are hashed.
DECISIONS = Table(
    "decisions",
    _columns("""
id:integer submission_id at action from_status to_status reason_code account:text submission_version:integer
previous_hash hash city account_id:integer details from_place_id to_place_id
"""),
)
CODEBOOK = Table(
    "codebook",
    _columns("table field code de:text fr:text es:text en:text questionnaire_version type kinds:codes"),
)
BINS = Table(
    "bins",
    _columns("""
partnership campaign kind level cell district:text lat:number lon:number submissions:integer contributors:integer
"""),
)
# Who of the staff took which file that is not public, for the lead of the city.
DOWNLOADS = Table(
    "downloads", _columns("id:integer at:moment account:text account_id:integer file query:text data_version:integer")
)
TABLES = {table.name: table for table in (SUBMISSIONS, PLACES, TRANSLATIONS, DECISIONS, CODEBOOK, BINS, DOWNLOADS)}
