"""How a file is to be read: where its rows go, and which of its columns hold what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from participation.errors import Invalid
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import import_translations, import_words
from participation.services.export_tables import SUBMISSIONS
from participation.services.import_files import Row, Source
from participation.text import is_language_tag, not_neutral

# Beside the answers of the questionnaire, a column may be mapped to one of these.
FIELDS = ("id", "kind", "lat", "lon", "district", "place_words", "text_lang")
# By these a file is known as one of ours, of which more can be restored, and by these as one that is not public.
RESTORED = ("campaign", "status", "place_id", "source", "created_at", "published_at", "supports", "reply")
OWN = {"id", *RESTORED}
INTERNAL = {"role", "age_band"}
NEAR_HOME = "near_home"
NO = ("", "false", "falsch", "faux", "falso", "0")
FREE_TEXT = [column.name for column in SUBMISSIONS.columns if column.type == "text"]


@dataclass(frozen=True)
class Target:
    """Where the rows of a file go, and what they are where a row does not say it.

    Without a `campaign` each row names its own, as our files do. `as_published` restores what was public in a file of
    ours, by `account` if somebody is signed in.
    """

    city: City
    campaigns: Sequence[Campaign]
    campaign: Campaign | None
    kind: str | None
    text_lang: str
    as_published: bool = False
    account: Account | None = None


@dataclass(frozen=True)
class Plan:
    """The column of each field; `own` says that it is one of our files, `neutralised` that formulas were made safe."""

    columns: Mapping[str, str]
    own: bool
    neutralised: bool

    def cells(self, row: Row) -> dict[str, str]:
        """The cells of a row by field, in codes, and as they were before they were made safe for spreadsheets."""
        cells = {name: row.cells.get(column, "") for name, column in self.columns.items()}
        if self.own:
            cells = import_words.codes(cells)
        if self.neutralised:
            cells |= {name: not_neutral(cells[name]) for name in FREE_TEXT if cells.get(name)}
        return cells


def is_own(source: Source) -> bool:
    """Whether a file has the columns of ours."""
    return set(source.columns) >= OWN


def make(target: Target, source: Source, mapping: Mapping[str, str]) -> Plan:
    """Which column holds which field; raises Invalid for what cannot be, or a file that is not ours.

    `mapping` says it by column; one that is named like a field needs none, and one mapped to nothing is left out.
    """
    _check_target(target)
    own = is_own(source)
    if target.as_published and not own:
        raise Invalid("file_not_ours")
    if target.as_published and set(source.columns) >= INTERNAL:
        raise Invalid("file_is_internal")
    fields = fields_of(target)
    columns = {name: name for name in fields if name in source.columns and name not in mapping}
    for column, name in mapping.items():
        _check_pair(column, name, source, fields)
        if name and list(mapping.values()).count(name) > 1:
            raise Invalid("field_twice", field=name)
        if name:
            columns[name] = column
    if own:
        # Older files of ours do not say of each translation what it is.
        restored = (*RESTORED, NEAR_HOME, *import_translations.COLUMNS)
        columns |= {name: name for name in restored if name in source.columns}
    if target.kind is None and "kind" not in columns:
        raise Invalid("kind_required")
    return Plan(columns, own, neutralised=own and source.unit == "line")


def fields_of(target: Target) -> tuple[str, ...]:
    """What a column may hold."""
    rounds = [target.campaign] if target.campaign else target.campaigns
    questions = [question.code for campaign in rounds for question in campaign.questionnaire.questions]
    return tuple(dict.fromkeys((*FIELDS, *questions)))


def _check_target(target: Target) -> None:
    kinds = target.campaign.kinds if target.campaign else [kind for one in target.campaigns for kind in one.kinds]
    if target.kind is not None and target.kind not in kinds:
        raise Invalid("kind_unknown", kind=target.kind, known=", ".join(dict.fromkeys(kinds)))
    if not is_language_tag(target.text_lang):
        raise Invalid("language_unknown", language=target.text_lang)


def _check_pair(column: str, name: str, source: Source, fields: Sequence[str]) -> None:
    if name and name not in fields:
        raise Invalid("field_unknown", field=name, known=", ".join(fields))
    if column not in source.columns:
        raise Invalid("column_unknown", column=column, known=", ".join(source.columns))
