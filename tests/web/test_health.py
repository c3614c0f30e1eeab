"""What an operator's monitoring asks."""

from pathlib import Path

from tests.fixtures.clients import ClientMaker
from tests.page_client import PageClient


def test_alive_and_ready(client: PageClient) -> None:
    for address, text in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        response = client.get(address)
        assert (response.status_code, response.mimetype, response.text) == (200, "text/plain", text)


def test_alive_but_not_ready_before_the_database_has_its_tables(make_client: ClientMaker, tmp_path: Path) -> None:
    client = make_client(database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert (response.status_code, response.mimetype) == (503, "text/plain")


def test_alive_but_not_ready_without_a_database(make_client: ClientMaker) -> None:
    client = make_client(database_url="postgresql+psycopg://nobody@/nothing?host=/nowhere")
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
