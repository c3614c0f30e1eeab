"""The page that shows who may what says what the table says, in every language."""

import pytest
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import ROLES
from participation.services.roles import TABLE
from tests.factories import accounts, cities
from tests.page_client import PageClient


@pytest.mark.parametrize("lang", CODES)
def test_the_page_shows_the_table(client: PageClient, session: Session, lang: str) -> None:
    client.sign_in(accounts.make(session, cities.make(session)))
    page = client.page(f"/{lang}/staff/roles")
    rows = page.xpath("//table//tbody/tr")
    assert len(rows) == len(TABLE)
    for row, allowed in zip(rows, TABLE.values(), strict=True):
        cells = [bool(cell.xpath(".//*[@class='roles-yes']")) for cell in row.xpath("./td")]
        assert cells == [role in allowed for role in ROLES]
    labels = [" ".join(row.xpath("string(./th)").split()) for row in rows]
    assert len({*labels}) == len(TABLE)
