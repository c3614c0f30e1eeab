"""What in a text may say who somebody is: in the ways in which four languages write it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation import private_details
from participation.private_details import BLOCK, find, is_shouting, redacted, words


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find(text)]


@pytest.mark.parametrize(
    "number",
    [
        "06241 853-1234",
        "0176/12345678",
        "0176 1234 5678",
        "+49 (0)6241 853-0",
        "(06241) 8530",
        "0049 176 12345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+33 6 12 34 56 78",
        "+33 (0)3 87 55 50 00",
        "612 345 678",
        "+34 612 34 56 78",
        "91 123 45 67",
        "987 654 321",
        "+51 987 654 321",
        "(061) 571234",
        "020 7946 0958",
        "+44 20 7946 0958",
        "07700 900123",
        "(202) 555-0147",
    ],
)
def test_phone_numbers_of_four_languages(number: str) -> None:
    assert found(f"Ruf an: {number}. Danke") == [("phone", number)]
    assert found(f"{number}") == [("phone", number)]


@pytest.mark.parametrize(
    "text",
    [
        "35 36 37 38 Grad",
        "am 01.07.2026 um 12:00",
        "01.07.2026 12.30",
        "2026-07-01",
        "2019-2026",
        "2019 2020 2021",
        "67547 Worms",
        "49.630012 8.360034",
        "zwischen 14:30-16:00 Uhr",
        "1.500.000 Euro",
        "Haus Nr. 12-14",
        "DE89 3704 0044 0532 0130 00",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Schreib an anna@web.example!", ("email", "anna@web.example")),
        ("anna.m+x@post.example.org", ("email", "anna.m+x@post.example.org")),
        ("anna (at) web (punkt) de", ("email", "anna (at) web (punkt) de")),
        ("anna [arobase] web.fr", ("email", "anna [arobase] web.fr")),
        ("ana (arroba) correo (punto) es", ("email", "ana (arroba) correo (punto) es")),
        ("Siehe https://spam.example/x?y=1.", ("link", "https://spam.example/x?y=1")),
        ("www.billig.example", ("link", "www.billig.example")),
        ("billig.de/angebot", ("link", "billig.de/angebot")),
        ("folgt @anna_w", ("link", "@anna_w")),
        ("dort wohnt Frau Müller", ("name", "Frau Müller")),
        ("c'est chez Mme de la Tour", ("name", "Mme de la Tour")),
        ("la señora Ruiz Pérez", ("name", "señora Ruiz Pérez")),
        ("our neighbour Smith", ("name", "neighbour Smith")),
    ],
)
def test_addresses_links_and_names(text: str, expected: tuple[str, str]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize("text", ["", "Heiß.Es gibt keinen Schatten", "z.B. hier", "8@5", "St. Martin", "Don't sit"])
def test_what_only_looks_like_it(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "loud"),
    [
        ("HIER IST ES VIEL ZU HEISS", True),
        ("Macht doch endlich was!!!", True),
        ("¡AQUÍ HACE MUCHO CALOR!", True),
        ("TROP CHAUD ICI, RIEN NE CHANGE", True),
        ("Der ÖPNV und die BASF", False),
        ("HEISS", False),
        ("Zu heiß!", False),
        ("", False),
    ],
)
def test_shouting(text: str, loud: bool) -> None:
    assert is_shouting(text) is loud


def test_words_become_blocks_that_say_nothing_of_their_length() -> None:
    text = "Frau Müller, 06241 853, wohnt dort"
    spans = words(text)
    assert [text[start:end] for start, end in spans] == text.split()
    assert redacted(text, [spans[1]]) == f"Frau {BLOCK} 06241 853, wohnt dort"
    # Words beside each other become one block, in whatever order they were marked.
    assert redacted(text, [spans[3], spans[0], spans[2], spans[1]]) == f"{BLOCK} wohnt dort"
    assert redacted(text, [(5, 11), (8, 12)]) == f"Frau {BLOCK} 06241 853, wohnt dort"
    assert redacted(text, []) == text


@pytest.mark.parametrize("span", [(-1, 3), (3, 3), (5, 2), (0, 99)])
def test_a_range_outside_of_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="range"):
        redacted("a short text", [span])


@given(st.text(max_size=200))
def test_whatever_somebody_writes(text: str) -> None:
    spans = [(one.start, one.end) for one in find(text)]
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    hidden = redacted(text, words(text))
    assert not hidden.replace(BLOCK, "").strip()
    assert {one.kind for one in find(text)} <= {*private_details.KINDS}
