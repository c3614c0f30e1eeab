"""How tests read the desk, and press its buttons."""

from typing import Any

from lxml.html import HtmlElement

from participation.models.submissions import Submission
from tests.page_client import PageClient, multi

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
    return press(desk, desk.page(path), submission, action, **data)


def press(desk: PageClient, tree: HtmlElement, submission: Submission, action: str, **data: Any) -> Any:
    """Press a button of a page that is open already: a rejection has a form of its own."""
    of_entry = f"contains(@action, '/entries/{submission.id}')"
    [form] = tree.xpath(f"//form[{of_entry}][.//*[@name='action' and @value='{action}']]")
    return desk.post(form.get("action"), data={**multi(form), "action": action, **data})
