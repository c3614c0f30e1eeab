"""How tests read the desk, and press its buttons."""

from typing import Any

from lxml.html import HtmlElement

from participation.models.submissions import Submission
from tests.page_client import PageClient

QUEUE = "/en/staff/queue/worms"


def text(tree: HtmlElement, xpath: str = "//main") -> str:
    [found] = tree.xpath(xpath)
    return " ".join(found.text_content().split())


def opened(tree: HtmlElement) -> str:
    """The id of the entry that is open; empty without one."""
    return "".join(tree.xpath("//article/@data-entry"))


def rows(tree: HtmlElement) -> list[str]:
    return [" ".join(row.text_content().split()) for row in tree.xpath("//li[contains(@class, 'queue-row')]")]


def said(tree: HtmlElement) -> str:
    return " ".join("".join(tree.xpath("//p[contains(@class, 'flash')]/span/text()")).split())


def decide(desk: PageClient, submission: Submission, action: str, path: str = QUEUE, **data: Any) -> Any:
    """Press a button on the entry that is open."""
    values = data if action == "reject" else {"action": action, **data}
    return desk.post_form(path, values, action=f"/entries/{submission.id}", forged=True)
