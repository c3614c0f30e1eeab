"""The client of every page test: a browser without a screen that looks closely at each page it fetches."""

import re
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.models.accounts import Account
from participation.web.forms.proofs import opened_at
from tests.factories.accounts import PASSWORD
from tests.page_checks import CHECKS, Page
from tests.page_markup import markup_problems

REDIRECTS = range(300, 400)
# Ids, tokens and signatures; by them alone answers for the same page differ.
RANDOM = re.compile(r"(?=[\w.%-]*\d)[\w.%-]{20,}")
RIGHT: set[int] = set()


class PageClient(FlaskClient):
    """Fetches as `FlaskClient` does; an HTML answer with a fault fails the test.

    `session` is the one in which the test prepares and looks at rows: what it has prepared is committed before each
    request, and what it looks at afterwards is fresh.
    """

    session: Session | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch one answer and check it."""
        if self.session:
            self.session.commit()
        # Read to its end and closed, as a server does: else a long download would keep its place for ever.
        response = super().open(*args, **{"buffered": True, **kwargs})
        # A large body lies in a file that nobody else closes.
        response.request.environ["wsgi.input"].close()
        if self.session:
            self.session.expire_all()
        if response.mimetype == "text/html" and response.status_code not in REDIRECTS and response.get_data():
            check(response)
        return response

    def page(self, path: str, **kwargs: Any) -> html.HtmlElement:
        """The tree of a page that must open."""
        response = self.get(path, **kwargs)
        assert response.status_code == 200, f"{path}: {response.status}"
        return parse(response)

    def post_form(self, path: str, data: Mapping[str, Any], *, action: str = "", forged: bool = False) -> TestResponse:
        """Open the page at `path`, fill in its form and send it.

        Like a browser it refuses fields and choices that the form does not have, unless they are `forged`. `action`
        chooses among several forms by the end of their address.
        """
        return self.send_form(self.page(path), path, data, action=action, forged=forged)

    def send_form(
        self,
        tree: html.HtmlElement,
        path: str,
        data: Mapping[str, Any],
        *,
        action: str = "",
        forged: bool = False,
        after: float = 10,
    ) -> TestResponse:
        """Fill in and send a form of a page that is open already, as if it had been so for a number of seconds."""
        form = the_form(tree, action)
        if forged:
            values = {**multi(form), **data}
        else:
            for name, value in data.items():
                form.fields[name] = value
            values = multi(form)
        if "opened" in values and "opened" not in data:
            values = {**values, "opened": [opened_before(self.application, after)]}
        return self.post(form.get("action") or path, data=values)

    def sign_in(self, account: Account, *, password: str = PASSWORD, lang: str = "en") -> TestResponse:
        """Sign a member of staff in by the form, as people do."""
        data = {"email": account.email, "password": password}
        return self.post_form(f"/{lang}/staff/sign-in", data, action="/staff/sign-in")


def opened_before(app: Flask, seconds: float) -> str:
    """What a form holds that was made so many seconds ago."""
    with app.app_context():
        return opened_at(time.time() - seconds)


def parse(response: TestResponse) -> html.HtmlElement:
    """The tree of an HTML answer."""
    return html.document_fromstring(as_browsers_read(response.text))


def as_browsers_read(source: str) -> str:
    """Without the line end that a browser drops at the start of a text area, and the parser does not."""
    return re.sub(r"(<textarea[^>]*>)\r?\n", r"\1", source)


def the_form(tree: html.HtmlElement, action: str = "") -> html.FormElement:
    """The one form that posts, to an address that ends in `action`."""
    forms = [
        form
        for form in tree.forms
        if form.method == "POST" and (form.get("action") or "").split("?")[0].endswith(action)
    ]
    assert len(forms) == 1, (
        f"{len(forms)} forms post to {action or 'somewhere'}: {[form.get('action') for form in tree.forms]}"
    )
    return forms[0]


def multi(form: html.FormElement) -> dict[str, list[str]]:
    """What a browser would send."""
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    return values


def check(response: TestResponse) -> None:
    """Fail with a line for each fault of an HTML answer; one that differs in its ids only is looked at once."""
    known = _without_ids(response)
    if known not in RIGHT:
        _look_at(response)
        RIGHT.add(known)


def _without_ids(response: TestResponse) -> int:
    """The same number for answers in which the same ids stand in the same places, whatever they are called."""
    request, numbers = response.request, dict[str, int]()
    policy = response.headers.get("Content-Security-Policy", "")
    parts = "\n".join((request.path, response.status, policy, request.host, response.text))
    return hash(RANDOM.sub(lambda found: f"id {numbers.setdefault(found[0], len(numbers))}", parts))


def _look_at(response: TestResponse) -> None:
    source = response.text
    whole = "<html" in source
    tree = html.document_fromstring(source) if whole else html.fragment_fromstring(source, create_parent="div")
    request = response.request
    page = Page(
        tree=tree,
        whole=whole,
        path=request.path,
        status=response.status_code,
        policy=response.headers.get("Content-Security-Policy", ""),
        host=request.host,
    )
    problems = markup_problems(source) + [problem for found in CHECKS for problem in found(page)]
    assert not problems, "\n  ".join([f"{request.method} {request.full_path} answers {response.status}:", *problems])
