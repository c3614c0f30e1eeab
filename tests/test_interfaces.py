"""The interfaces keep what their OpenAPI documents say; `make bench-interfaces` asks much more."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from participation.services import api_clients
from tests.factories import samples
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.interfaces import DOCUMENTS, ask, of_worms, operations


@sqlite_only
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_answer_is_in_the_document(document: str, app: Flask, session: Session) -> None:
    sample = samples.make(session)
    key = api_clients.create(session, city=sample.city, name="Program", now=NOW).key
    session.commit()
    for operation in operations(app, document):
        assert ask(operation, 2, of_worms(key)) > 0
