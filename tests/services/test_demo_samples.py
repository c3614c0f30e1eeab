"""The sample texts of the demo are many, differ, and say of themselves that they are examples."""

import pytest

from participation.models.places import REPLY_MAX
from participation.services import demo_samples


@pytest.mark.parametrize(("language", "least"), [("de", 40), ("fr", 40), ("es", 40), ("en", 15)])
def test_there_are_enough_texts_and_they_differ(language: str, least: int) -> None:
    table = demo_samples._toml(f"texts.{language}")
    texts = [entry["text"] for key in ("ideas", "rejected") for entry in table[key]] + table["words"]
    texts += [
        text for kind in ("heat_island", "climate_oasis", "feedback") for part in table[kind].values() for text in part
    ]
    assert len(texts) == len(set(texts)) >= least
    assert all(text == text.strip() and 10 <= len(text) <= 200 for text in texts)


def test_what_the_cities_answer_says_that_it_is_an_example() -> None:
    marks = {
        "de": "Beispielantwort: ",
        "fr": "Exemple de réponse : ",
        "es": "Respuesta de ejemplo: ",
        "en": "Example answer: ",
    }
    texts = [answer for kind in ("heat_island", "climate_oasis") for answer in demo_samples.replies(kind)]
    assert len(texts) == 5
    for text in texts:
        assert set(text) == set(marks)
        assert all(words.startswith(marks[lang]) and len(words) <= REPLY_MAX for lang, words in text.items())
