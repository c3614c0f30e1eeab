"""What the demonstration's samples are made from: how many, which answers, which words. Read once, from TOML files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

FOLDER = Path(__file__).resolve().parents[1] / "demo" / "samples"
HEAT_KINDS = ("heat_island", "climate_oasis")
# Answers that say everything, so that others beside them would make no sense.
EXCLUSIVE = ("all_day", "everyone")
OWN_TYPE_CHANCE = 0.75
REMARK_CHANCE = 0.4

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Group:
    """Places of one kind and type: how many there are, and how many submissions they share."""

    kind: str
    place_type: str
    places: int
    submissions: int


@dataclass(frozen=True)
class Plan:
    """What a city gets in the current campaign; `languages` has a weight per language."""

    contributors: int
    ideas: int
    feedback: int
    pending: int
    languages: Mapping[str, int]
    groups: tuple[Group, ...]


def plan(slug: str) -> Plan:
    """The plan of a city."""
    table = dict(_toml("plan")[slug])
    groups = tuple(
        Group(kind, place_type, **figures) for kind in HEAT_KINDS for place_type, figures in table.pop(kind).items()
    )
    return Plan(groups=groups, **table)


def answers(rng: Random, kind: str, place_type: str) -> dict[str, object]:
    """Plausible answers for a kind and type of place; optional questions are answered at times only."""
    tables: Mapping[str, Any] = _toml("answers").get(kind, {})
    chance = _toml("answers")["chance"]
    return {
        code: _answer(rng, code, table.get(place_type) or table["any"])
        for code, table in tables.items()
        if rng.random() < chance[code]
    }


def persona(rng: Random) -> dict[str, object]:
    """What a contributor says about themselves, if anything."""
    chance, tables = _toml("answers")["chance"], _toml("answers")["contributor"]
    return {code: _answer(rng, code, weights) for code, weights in tables.items() if rng.random() < chance[code]}


def _answer(rng: Random, code: str, weights: Mapping[str, int]) -> object:
    several = _toml("answers")["several"].get(code)
    if several is None:
        return rng.choices(list(weights), list(weights.values()))[0]
    number = rng.choices(range(1, len(several) + 1), several)[0]
    chosen = sorted(weights, key=lambda option: rng.random() ** (1 / weights[option]), reverse=True)[:number]
    alone = [option for option in chosen if option in EXCLUSIVE]
    return tuple(sorted(alone[:1] or chosen))


@dataclass
class Words:
    """Draws texts like cards, so that one comes again only when all others of its kind were there."""

    rng: Random
    _decks: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    _last: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def about_place(self, language: str, kind: str, place_type: str) -> str:
        """A sentence or two about a heat island or climate oasis."""
        texts = _toml(f"texts.{language}")[kind]
        own = place_type if place_type in texts and self.rng.random() < OWN_TYPE_CHANCE else "any"
        text: str = self._draw((language, kind, own), texts[own])
        if self.rng.random() < REMARK_CHANCE:
            text = f"{text} {self._draw((language, kind, 'remarks'), texts['remarks'])}"
        return text

    def idea(self, language: str) -> dict[str, object]:
        """An idea with the measures it asks for; where it belongs is said most times."""
        entry = self._draw((language, "ideas"), _toml(f"texts.{language}")["ideas"])
        idea: dict[str, object] = {"text": entry["text"], "measures": tuple(sorted(entry["measures"]))}
        if self.rng.random() < _toml("answers")["chance"]["idea_scope"]:
            idea["idea_scope"] = entry["scope"]
        return idea

    def feedback(self, language: str) -> dict[str, object]:
        """A feedback with its topic."""
        topics = _toml(f"texts.{language}")["feedback"]
        pairs = [(topic, text) for topic, texts in topics.items() for text in texts]
        topic, text = self._draw((language, "feedback"), pairs)
        return {"topic": topic, "text": text}

    def _draw(self, key: tuple[str, ...], cards: list[Thing]) -> Thing:
        deck: list[Thing] = self._decks.setdefault(key, [])
        if not deck:
            deck.extend(self.rng.sample(cards, len(cards)))
            # The card that was drawn last must not come first again.
            if deck[-1] == self._last.get(key):
                deck.reverse()
        self._last[key] = deck.pop()
        card: Thing = self._last[key]
        return card


def rejected(language: str) -> list[dict[str, str]]:
    """Submissions that a moderator has to refuse, with the reason code."""
    entries: list[dict[str, str]] = _toml(f"texts.{language}")["rejected"]
    return entries


def place_words(language: str) -> tuple[str, str]:
    """How somebody without a map says where it is: a stop in the sun, a park in the shade."""
    stop, park = _toml(f"texts.{language}")["words"]
    return stop, park


def replies(kind: str) -> list[dict[str, str]]:
    """What a city answers at its places of this kind, each a text per language."""
    answers: list[dict[str, str]] = _toml("replies").get(kind, [])
    return answers


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
