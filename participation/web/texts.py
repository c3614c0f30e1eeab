"""The city's own texts: about, imprint, privacy, accessibility, terms."""

from flask import Blueprint, render_template
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup
from nh3 import ALLOWED_TAGS, clean

from participation.models.texts import PAGES
from participation.services import cities, texts
from participation.web.forms.decisions import reason_labels
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("texts", __name__)


@blueprint.get(f"/<lang:lang>/<city>/<any({','.join(PAGES)}):page>")
def page(city: str, page: str) -> str:
    """The city's own words where it has written some, else what holds for every city of the platform."""
    found = cities.by_slug(db, slug=city)
    text = texts.of_page(db, city=found, page=page, language=lang())
    return render_template(
        "texts/page.html",
        city=found,
        page=page,
        body=in_html(text.markdown) if text else None,
        body_lang=text.language if text else lang(),
        reasons=reason_labels(),
    )


def in_html(markdown: str) -> Markup:
    """A city's text below the heading of its page, without anything that would run or be loaded from elsewhere."""
    return Markup(clean(MARKDOWN.render(markdown), tags=ALLOWED_TAGS - {"img"}))  # noqa: S704


def _below_the_title(state: StateCore) -> None:
    """The page has its first heading already: the largest one of the text becomes a second."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    largest = min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - largest + 2, 6)}"


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
MARKDOWN.core.ruler.push("below_the_title", _below_the_title)
