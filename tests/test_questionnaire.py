"""The questionnaire: its codes are a contract, its wording is complete, and no input gets past `check`."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation import locales
from participation.answers import check
from participation.errors import FormInvalid, Invalid, Problem
from participation.questionnaire import (
    FOLDER,
    KINDS,
    Labels,
    Question,
    load,
    read,
    versions,
)
from participation.text import clean_text

HEAT = load("heat-1")

# The contract with every stored row and every exported file: code, type, [kinds], [required for], options.
CONTRACT = """
place_type single [heat_island climate_oasis] [heat_island climate_oasis] square street pedestrian_zone
  car_park transit_stop cycle_foot_path playground sports_ground school_yard park_garden waterside
  urban_forest cemetery courtyard business_area public_building other
reasons multi [heat_island climate_oasis] [heat_island climate_oasis] no_shade no_greenery no_water no_airflow
  hot_surfaces sealed_ground facade_reflection traffic_heat must_wait_here tree_shade built_shade greenery
  water_nearby breeze unsealed_ground seating drinking_water cool_indoors unsure other
comfort single [heat_island climate_oasis] [] 0 1 2 3 4
sensation single [heat_island climate_oasis] [] -3 -2 -1 0 1 2 3
times_of_day multi [heat_island climate_oasis] [] morning midday afternoon evening night all_day
visit_frequency single [heat_island climate_oasis] [] daily weekly monthly rarely
use multi [heat_island climate_oasis] [] pass_through stay wait play_sport shop_work
behaviour single [heat_island] [] avoid shorten no_choice no_change
people_affected multi [heat_island climate_oasis] [] children older_people waiting_people workers everyone
access single [climate_oasis] [] free_always opening_hours paid step_free
measures multi [heat_island idea] [] plant_trees more_green unseal green_facade_roof light_surfaces
  water_feature misting drinking_fountain shade_structure shaded_seating less_traffic open_cool_rooms
  keep_protect better_access other
idea_scope single [idea] [] place district whole_city
topic single [feedback] [feedback] platform a_contribution event_walk accessibility translation privacy
  praise_other
text text [heat_island climate_oasis idea feedback] [idea feedback]
place_name text [heat_island climate_oasis idea feedback] []
role single [heat_island climate_oasis idea feedback] [] resident commuter visitor professional
age_band single [heat_island climate_oasis idea feedback] [] u16 16_24 25_44 45_64 65_plus
"""
GROUPS = """
plant_trees=green more_green=green unseal=green green_facade_roof=green light_surfaces=white
water_feature=blue misting=blue drinking_fountain=blue shade_structure=shade shaded_seating=shade
less_traffic=other open_cool_rooms=social keep_protect=oasis better_access=oasis other=other
"""

# Codes whose wording really is the same in all four languages; none so far.
SAME_EVERYWHERE: set[str] = set()


def problems(kind: str, answers: dict[str, object], *, require: bool = True) -> dict[str, Problem]:
    with pytest.raises(FormInvalid, match="form_invalid") as caught:
        check(HEAT, kind, answers, require=require)
    assert isinstance(caught.value, Invalid)
    return caught.value.problems


def wordings() -> Iterator[tuple[str, Labels]]:
    for kind in HEAT.kinds:
        yield kind.code, kind.label
        if kind.hint:
            yield f"{kind.code} hint", kind.hint
    for question in HEAT.questions:
        yield question.code, question.label
        if question.hint:
            yield f"{question.code} hint", question.hint
        for kind_code, labels in question.label_for.items():
            yield f"{question.code} {kind_code}", labels
        for option in question.options:
            yield f"{question.code} {option.code}", option.label


def test_codes_are_the_contract() -> None:
    actual = ""
    for question in HEAT.questions:
        options = [option.code for option in question.options]
        kinds, required_for = " ".join(question.kinds), " ".join(question.required_for)
        actual += " ".join([question.code, question.type, f"[{kinds}] [{required_for}]", *options]) + "\n"
    assert actual.split() == CONTRACT.split()
    assert tuple(kind.code for kind in HEAT.kinds) == KINDS
    assert [f"{option.code}={option.group}" for option in HEAT.question("measures").options] == GROUPS.split()


def test_reasons_differ_by_kind_and_share_the_last_two() -> None:
    hot = [option.code for option in HEAT.options_for("reasons", "heat_island")]
    cool = [option.code for option in HEAT.options_for("reasons", "climate_oasis")]
    assert (len(hot), len(cool)) == (11, 11)
    assert set(hot) & set(cool) == {"unsure", "other"}
    assert hot[-2:] == cool[-2:] == ["unsure", "other"]
    assert HEAT.options_for("reasons", "idea") == ()


def test_limits_and_profiles() -> None:
    limits = {q.code: (q.max_choices, dict(q.min_length_for), q.max_length) for q in HEAT.questions}
    limited = {code: limit for code, limit in limits.items() if limit != (None, {}, None)}
    text_limits = {"text": (None, {"idea": 10}, 1500), "place_name": (None, {}, 80)}
    assert limited == {"reasons": (5, {}, None), **text_limits}
    assert {q.code for q in HEAT.questions if q.profile == "internal"} == {"role", "age_band"}


@pytest.mark.parametrize(("place", "labels"), list(wordings()))
def test_every_wording_is_complete_and_translated(place: str, labels: Labels) -> None:
    assert set(labels) == set(locales.CODES)
    assert (len(set(labels.values())) == 1) == (place in SAME_EVERYWHERE)
    for lang, text in labels.items():
        assert text == clean_text(text), "stored form"
        assert not set(text) & set("|'\"\n\t"), "no list separator, no typewriter quotes, one line"
        assert lang != "fr" or not re.search(r"(?<!\u202f)[?!;]|(?<!\u00a0):", text), "French spacing"
        assert lang == "fr" or not re.search(r"\s[?!;:]", text)
        assert text.count("?") == text.count("¿") or lang != "es"


@pytest.mark.parametrize("lang", locales.CODES)
def test_options_offered_together_can_be_told_apart_and_fit_a_chip(lang: str) -> None:
    for kind in KINDS:
        for question in HEAT.questions_for(kind):
            labels = [option.label[lang] for option in HEAT.options_for(question.code, kind)]
            assert len({label.casefold() for label in labels}) == len(labels), question.code
            assert max(map(len, labels), default=0) <= 34, question.code


def test_wording_depends_on_kind_and_language() -> None:
    assert HEAT.question_label("reasons", "heat_island", "de") == "Warum ist es hier heiß?"
    assert HEAT.question_label("reasons", "climate_oasis", "en") == "Why is it cool here?"
    assert HEAT.question_label("reasons", None, "en") == "Why is it hot or cool here?"
    assert HEAT.question_label("place_type", "heat_island", "es") == "¿Qué tipo de lugar es?"
    assert HEAT.label("place_type", "square", "es") == "Plaza"
    assert HEAT.kind_label("climate_oasis", "fr") == "Îlot de fraîcheur"
    assert HEAT.kind_hint("heat_island", "de") == "heißer Ort"
    assert HEAT.question_hint("reasons", "en") == "Up to five answers"
    assert HEAT.question_hint("place_type", "en") is None


@pytest.mark.parametrize("place", ["colour square de", "place_type moon de", "place_type square xx"])
def test_unknown_codes_raise_key_error(place: str) -> None:
    with pytest.raises(KeyError):
        HEAT.label(*place.split())


# check()


def test_a_good_answer_is_cleaned() -> None:
    answers: dict[str, object] = {
        "place_type": " square ",
        "reasons": ("unsure", "other", "no_water", "no_shade", "must_wait_here", "unsure", ""),
        "comfort": "4",
        "sensation": "-3",
        "times_of_day": [],
        "text": "  Zu heiß\r\nund\rsehr\u2028laut\x00\x07 \ud800",
        "place_name": " \n ",
        "topic": "",
        "role": None,
    }
    assert check(HEAT, "heat_island", answers) == {
        "place_type": "square",
        "reasons": ["must_wait_here", "no_shade", "no_water", "other", "unsure"],
        "comfort": "4",
        "sensation": "-3",
        "text": "Zu heiß\nund\nsehr\nlaut",
    }


def test_all_problems_come_at_once() -> None:
    answers: dict[str, object] = {"comfort": "5", "sensation": 3, "measures": "unseal", "use": ["stay", 1]}
    answers |= {"place_name": "x" * 81, "topic": "platform", "colour": "red"}
    answers |= {"reasons": ["no_shade", "no_water", "no_greenery", "no_airflow", "unsure", "other"]}
    assert problems("heat_island", answers) == {
        "place_type": Problem("required", {}),
        "reasons": Problem("too_many", {"max": 5, "count": 6}),
        "comfort": Problem("unknown_code", {"values": ["5"]}),
        "sensation": Problem("wrong_type", {"expected": "text"}),
        "measures": Problem("wrong_type", {"expected": "list"}),
        "use": Problem("wrong_type", {"expected": "list"}),
        "place_name": Problem("too_long", {"max": 80, "length": 81}),
        "topic": Problem("not_asked", {"kind": "heat_island"}),
        "colour": Problem("not_asked", {"kind": "heat_island"}),
    }


@pytest.mark.parametrize("case", ["heat_island place_type reasons", "idea text", "feedback topic text"])
def test_what_is_required_and_that_imports_forgive_it(case: str) -> None:
    kind, *missing = case.split()
    assert problems(kind, {}) == {code: Problem("required", {}) for code in missing}
    assert check(HEAT, kind, {}, require=False) == {}


def test_a_reason_of_the_other_kind_and_another_kind_are_unknown() -> None:
    answers: dict[str, object] = {"place_type": "square", "reasons": ["tree_shade", "no_shade"]}
    assert problems("heat_island", answers)["reasons"] == Problem("unknown_code", {"values": ["tree_shade"]})
    assert problems("storm", answers) == {"kind": Problem("unknown_code", {"values": ["storm"]})}


def test_an_idea_needs_ten_characters_but_a_comment_does_not() -> None:
    assert problems("idea", {"text": " 123456789 "}) == {"text": Problem("too_short", {"min": 10, "length": 9})}
    assert check(HEAT, "idea", {"text": "1234567890"}) == {"text": "1234567890"}
    assert check(HEAT, "idea", {"text": "short"}, require=False) == {"text": "short"}
    assert check(HEAT, "feedback", {"text": "ok", "topic": "platform"}) == {"text": "ok", "topic": "platform"}


def test_length_counts_code_points_after_cleaning_and_binds_imports_too() -> None:
    decomposed = "e\u0301" * 1500
    assert check(HEAT, "idea", {"text": f"  {decomposed}\r\n"}) == {"text": "é" * 1500}
    too_long = {"text": Problem("too_long", {"max": 1500, "length": 1501})}
    assert problems("idea", {"text": "🌳" * 1501}) == too_long
    assert problems("idea", {"text": "🌳" * 1501}, require=False) == too_long


ALL_CODES = sorted({option.code for question in HEAT.questions for option in question.options})
ANY_TEXT = st.text(st.characters(codec=None), max_size=40)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=5) | ANY_TEXT
ANY_VALUE: st.SearchStrategy[object] = st.recursive(
    SCALARS | st.sampled_from(ALL_CODES),
    lambda inner: st.lists(inner, max_size=8) | st.tuples(inner) | st.dictionaries(ANY_TEXT, inner, max_size=2),
    max_leaves=12,
)
ANY_ANSWERS = st.dictionaries(st.sampled_from([q.code for q in HEAT.questions]) | ANY_TEXT, ANY_VALUE, max_size=8)


def plausible(question: Question, kind: str) -> st.SearchStrategy[object]:
    if question.type == "text":
        return st.text(st.characters(codec=None), max_size=120)
    codes = st.sampled_from([option.code for option in HEAT.options_for(question.code, kind)])
    return codes if question.type == "single" else st.lists(codes, max_size=8)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A kind and answers: half of them anything at all, half of them such as a form could send."""
    kind = draw(st.sampled_from(KINDS))
    if draw(st.booleans()):
        return draw(st.just(kind) | ANY_TEXT), draw(ANY_ANSWERS)
    questions = {question.code: plausible(question, kind) for question in HEAT.questions_for(kind)}
    return kind, draw(st.fixed_dictionaries({}, optional=questions))


@given(cases(), st.booleans())
def test_any_input_is_cleaned_for_good_or_refused(case: tuple[str, dict[str, object]], require: bool) -> None:
    kind, answers = case
    try:
        cleaned = check(HEAT, kind, answers, require=require)
    except FormInvalid:
        return
    assert check(HEAT, kind, cleaned, require=require) == cleaned
    assert set(cleaned) <= {question.code for question in HEAT.questions_for(kind)}
    for value in cleaned.values():
        assert value
        for text in value if isinstance(value, list) else [value]:
            assert isinstance(text, str)
            assert text.encode("utf-8").decode("utf-8") == text
            assert unicodedata.is_normalized("NFC", text)
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_offered_option_is_accepted(kind: str) -> None:
    for question in HEAT.questions_for(kind):
        for option in HEAT.options_for(question.code, kind):
            answer: object = option.code if question.type == "single" else [option.code]
            assert check(HEAT, kind, {question.code: answer}, require=False) == {question.code: answer}


# load() and read()

LABELS = '{ de = "a", fr = "b", es = "c", en = "d" }'
SMALL = f"""
version = "small"
[[kinds]]
code = "idea"
label = {LABELS}
[[questions]]
code = "scope"
type = "multi"
kinds = ["idea"]
required_for = ["idea"]
max_choices = 2
profile = "public"
label = {LABELS}
label_for.idea = {LABELS}
options = [
  {{ code = "place", label = {LABELS} }},
  {{ code = "city", label = {LABELS} }},
]
[[questions]]
code = "text"
type = "text"
kinds = ["idea"]
required_for = []
min_length_for.idea = 3
max_length = 9
profile = "internal"
label = {LABELS}
"""


def test_load_reads_each_version_once_and_knows_no_other() -> None:
    assert versions() == tuple(sorted(path.stem for path in FOLDER.iterdir()))
    assert "heat-1" in versions()
    assert load("heat-1") is HEAT
    for version in ("heat-0", "", "../questionnaires/heat-1", "heat-1.toml", "*"):
        with pytest.raises(KeyError):
            load(version)


def test_a_small_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    small = read(path)
    assert [question.code for question in small.questions] == ["scope", "text"]
    assert check(small, "idea", {"scope": ["place"]}) == {"scope": ["place"]}


# Each line breaks the small file in one place: what is replaced (once) -> by what -> the complaint.
BROKEN = r"""
[[kinds]] -> [[kinds -> line
"small" -> "big" -> version must be the name of the file
version = "small" -> -> version is missing
code = "idea" -> code = "storm" -> kind 'storm': unknown kind
label = LABELS -> label = LABELS\nnote = "x" -> kind 'idea': unknown key 'note'
label = LABELS\n[[q -> [[q -> kind 'idea': label is missing
code = "scope"\n -> -> question 1: code is missing
"scope" -> "a|b" -> question 'a|b': code may have
"scope" -> "text" -> question 'text': code is there twice
"city" -> "place" -> question 'scope': option 'place': code is there twice
"multi" -> "colour" -> question 'scope': unknown type 'colour'
"internal" -> "secret" -> question 'text': unknown profile 'secret'
kinds = ["idea"] -> kinds = ["feedback"] -> question 'scope': kinds: 'feedback'
kinds = ["idea"] -> kinds = ["idea", "idea"] -> question 'scope': kinds: 'idea'
kinds = ["idea"] -> kinds = [] -> question 'scope': kinds is empty
required_for = ["idea"] -> required_for = ["feedback"] -> question 'scope': required_for: 'feedback'
label_for.idea -> label_for.feedback -> question 'scope': label_for: unknown key 'feedback'
"city", label = LABELS -> "city", label = { de = " " } -> option 'city': label is missing in de
"city", label = LABELS -> "city" -> option 'city': label is missing
"city", -> "city", kinds = ["feedback"], -> option 'city': kinds: 'feedback'
options = [ -> options = ["a", -> question 'scope': option 1 must be a table
max_choices -> max_choice -> question 'scope': unknown key 'max_choice'
"city", -> "city", grp = "a", -> option 'city': unknown key 'grp'
version -> note = "x"\nversion -> small.toml: unknown key 'note'
max_length = 9 -> max_length = "9" -> question 'text': max_length must be a int
max_choices = 2 -> max_choices = 0 -> question 'scope': max_choices must be at least 1
max_length = 9 -> -> question 'text': max_length belongs to every text
max_choices = 2 -> max_length = 2 -> question 'scope': max_length belongs to every text
max_choices = 2 -> min_length_for.idea = 2 -> question 'scope': min_length_for belongs to text
max_length = 9 -> max_length = 9\nmax_choices = 2 -> question 'text': max_choices belongs to multi
"""


@pytest.mark.parametrize("case", BROKEN.strip().split("\n"))
def test_read_refuses_with_one_line_naming_file_and_place(tmp_path: Path, case: str) -> None:
    case = case.replace("LABELS", LABELS).replace("\\n", "\n")
    old, new, complaint = (part.strip(" ") for part in case.split("->"))
    assert old in SMALL
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(complaint)) as caught:
        read(path)
    assert re.fullmatch(r"small\.toml: .+", str(caught.value))


@pytest.mark.parametrize("lang", locales.CODES)
def test_read_refuses_any_missing_language(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "small.toml"
    without = re.sub(rf"\b{lang} = ", f"x{lang} = ", LABELS)
    path.write_text(SMALL.replace(LABELS, without), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"small\.toml: kind 'idea': label is missing in {lang}"):
        read(path)


def test_read_refuses_what_is_not_utf_8_and_choices_nobody_can_answer(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_bytes(SMALL.encode() + b"# \xff")
    with pytest.raises(ValueError, match=r"small\.toml: "):
        read(path)
    path.write_text(re.sub(r"options = \[.*?\n\]", "", SMALL, flags=re.DOTALL), encoding="utf-8")
    with pytest.raises(ValueError, match="question 'scope': options for idea are missing"):
        read(path)
