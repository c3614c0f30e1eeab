"""The receipt link: its holder sees, withdraws and erases; nobody else finds it."""

import pytest
from sqlalchemy.orm import Session

from participation.locales import CODES
from tests.factories import samples
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def receipt(sample: Sample, state: str, lang: str = "en") -> str:
    return f"/{lang}/receipts/{sample.tokens[state]}"


@pytest.mark.parametrize("lang", CODES)
def test_a_published_entry_can_be_withdrawn(lang: str, client: PageClient, sample: Sample) -> None:
    response = client.post_form(receipt(sample, "published", lang), {}, action="/withdraw")
    assert (response.status_code, response.location) == (303, receipt(sample, "published", lang))
    assert sample.published.status == "withdrawn"
    page = client.page(response.location)
    assert page.xpath("//*[@role='status']")
    assert not page.xpath("//form[contains(@action, 'withdraw')]")
    assert client.get(f"/{lang}/worms/submissions/{sample.published.id}").status_code == 410


@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize("state", ["published", "pending", "in_words", "rejected"])
def test_an_entry_can_be_erased_in_every_state(state: str, lang: str, client: PageClient, sample: Sample) -> None:
    before = client.page(receipt(sample, state, lang)).text_content()
    assert "Nach dem Einkauf" in before
    response = client.post_form(receipt(sample, state, lang), {}, action="/erase")
    assert response.status_code == 303
    submission = getattr(sample, state)
    assert (submission.status, submission.text) == ("erased", None)
    after = client.page(response.location)
    assert "Nach dem Einkauf" not in after.text_content()
    assert not after.xpath("//form[contains(@action, '/receipts/')]")


@sqlite_only
def test_only_what_fits_the_state_is_offered(client: PageClient, sample: Sample) -> None:
    offered = {
        state: sorted(
            address.rsplit("/", 1)[1]
            for address in client.page(receipt(sample, state)).xpath("//form/@action")
            if "/receipts/" in address
        )
        for state in sample.tokens
    }
    assert offered == {
        "published": ["erase", "withdraw"],
        "pending": ["erase"],
        "in_words": ["erase"],
        "rejected": ["erase"],
        "erased": [],
    }


@pytest.mark.parametrize("lang", CODES)
def test_withdrawing_too_late_says_so(lang: str, client: PageClient, sample: Sample) -> None:
    page = client.page(receipt(sample, "published", lang))
    first, second = (client.send_form(page, "/", {}, action="/withdraw") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 409)
    assert parse(second).get("lang") == lang


@sqlite_only
def test_erasing_twice_is_erasing_once(client: PageClient, sample: Sample) -> None:
    page = client.page(receipt(sample, "pending"))
    assert {client.send_form(page, "/", {}, action="/erase").status_code for _ in range(2)} == {303}


@sqlite_only
def test_the_author_reads_why_it_was_rejected(client: PageClient, sample: Sample) -> None:
    reasons = set()
    for lang in CODES:
        stand = client.page(receipt(sample, "rejected", lang)).xpath("//*[@aria-labelledby='state-title']")[0]
        reasons.add(stand.text_content())
        assert "unclear" not in stand.text_content()
    assert len(reasons) == len(CODES)


@sqlite_only
def test_a_receipt_is_kept_out_of_search_engines_and_other_sites(client: PageClient, sample: Sample) -> None:
    response = client.get(receipt(sample, "pending"))
    assert "noindex" in parse(response).xpath("string(//meta[@name='robots']/@content)")
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "private" in response.headers["Cache-Control"]


@sqlite_only
def test_nobody_finds_a_receipt_by_guessing(client: PageClient, sample: Sample) -> None:
    token = sample.tokens["pending"]
    for guess in (token[:-1], token + "a", token.swapcase(), str(sample.pending.id), "x" * 5000):
        assert client.get(f"/en/receipts/{guess}").status_code == 404


@sqlite_only
def test_the_receipt_shows_the_exact_point_to_nobody(client: PageClient, sample: Sample) -> None:
    """Whoever is shown the page, over a shoulder or in a forwarded link, does not learn where a home is."""
    assert sample.pending.near_home
    assert "49.6312" not in client.get(receipt(sample, "pending")).text
