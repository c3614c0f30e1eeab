"""What every page must fulfil; each check yields one line for each thing that is wrong."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from participation.locales import BY_CODE, CODES
from tests.page_languages import flat, is_untranslated

Problems = Iterator[str]
UNFILLED = re.compile(r"%\(|\{\{|\}\}|\{%|\bNone\b|Undefined|LazyString")
SHOWN_MARKUP = re.compile(r"<[a-zA-Z/]|&\w+;")
CSS_ADDRESS = re.compile(r"url\(\s*['\"]?([^'\")]*)|@import\s+['\"]([^'\"]*)")
SPOKEN = ("title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "alt")
REFERENCES = (
    "for",
    "aria-describedby",
    "aria-labelledby",
    "aria-controls",
    "aria-owns",
    "aria-activedescendant",
    "list",
)
LOADING = (("src", "*"), ("srcset", "*"), ("poster", "*"), ("data", "object"), ("action", "form"), ("formaction", "*"))
LOADING += (("href", "link"), ("href", "use"), ("href", "image"))


@dataclass(frozen=True)
class Page:
    """One HTML answer: its tree, whether it is a whole document, where it came from and with which policy."""

    tree: HtmlElement
    whole: bool
    path: str
    status: int
    policy: str = ""
    host: str = "localhost"

    @property
    def lang(self) -> str:
        """The language that the address names, else the page's own word."""
        first = self.path.split("/")[1]
        return first if first in CODES else self.tree.get("lang", "")

    def all(self, xpath: str) -> list[HtmlElement]:
        """The elements at this XPath."""
        return list(self.tree.xpath(xpath))

    def texts(self) -> Iterator[str]:
        """Every text of the page itself, read or spoken; what somebody wrote stands in an element with a `lang`."""
        for element in self.all("/descendant-or-self::*[not(ancestor-or-self::*[@lang][parent::*])]"):
            if element.tag not in ("script", "style", "textarea") and isinstance(element.tag, str):
                yield from (flat(text) for text in [element.text or "", *(child.tail or "" for child in element)])
            # A data attribute may hold what a script says later.
            names = [name for name in element.attrib if name in SPOKEN or name.startswith("data-")]
            yield from (flat(element.get(name)) for name in names)
        yield from (flat(text) for text in self.tree.xpath("//meta[@name='description']/@content"))


def of_document(page: Page) -> Problems:
    """Language, direction, title, headings, landmarks."""
    if not page.whole:
        return
    root = page.tree.getroottree().getroot()
    lang = root.get("lang", "")
    # The last resort of an error speaks all languages.
    expected = lang if page.status >= 500 else page.lang
    if lang != expected or lang not in CODES or root.get("dir") != BY_CODE[lang].direction:
        yield f'<html lang="{lang}" dir="{root.get("dir")}"> at {page.path}'
    titles = [title.text_content().strip() for title in page.all("//head/title")]
    if len(titles) != 1 or not titles[0]:
        yield f"titles: {titles}"
    for tag in ("h1", "main"):
        if len(page.all(f"//{tag}")) != 1:
            yield f"{len(page.all(f'//{tag}'))} <{tag}> instead of one"
    levels = [
        int(heading.tag[1]) for heading in page.all("//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5]")
    ]
    for before, after in zip([0, *levels], levels, strict=False):
        if after > before + 1:
            yield f"a heading of level {after} follows one of level {before}"


def of_alternates(page: Page) -> Problems:
    """The same page in every language, for search engines."""
    parts = page.path.split("/")
    if not page.whole or page.status != 200 or parts[1] not in CODES:
        return
    links = {link.get("hreflang"): urlsplit(link.get("href", "")) for link in page.all("//head/link[@hreflang]")}
    if set(links) != {*CODES, "x-default"}:
        yield f"hreflang: {sorted(map(str, links))}"
    for code in CODES:
        expected = "/".join(["", code, *parts[2:]])
        if code in links and links[code].path != expected:
            yield f"hreflang {code} leads to {links[code].path} instead of {expected}"


def of_references(page: Page) -> Problems:
    """Ids are unique, and everything that names one finds it."""
    ids = [str(found) for found in page.tree.xpath("//@id")]
    yield from (f"the id {found!r} is there twice" for found in {*ids} if ids.count(found) > 1)
    for name in REFERENCES:
        for value in page.tree.xpath(f"//@{name}"):
            yield from (f"{name}={one!r} leads nowhere" for one in value.split() if one not in ids)
    for link in page.all("//a[starts-with(@href, '#')]"):
        if link.get("href")[1:] not in ids:
            yield f"the link {link.get('href')} leads nowhere"


def of_names(page: Page) -> Problems:
    """Fields have labels, groups legends, images descriptions, buttons and links names."""
    for field in page.all("//input | //select | //textarea"):
        kind = field.get("type", "text").lower()
        if kind not in ("hidden", "submit", "button", "image", "reset") and not _is_labelled(page, field):
            yield f"no label: {_source(field)}"
    names = [field.get("name") for field in page.all("//input[@type='radio' or @type='checkbox']")]
    for field in page.all("//input[@type='radio' or @type='checkbox']"):
        group = field.xpath(
            "ancestor::fieldset[legend] | ancestor::*[@role='group' or @role='radiogroup'][@aria-labelledby]"
        )
        if names.count(field.get("name")) > 1 and not group:
            yield f"a choice outside of a fieldset with a legend: {_source(field)}"
    yield from (f"no alt: {_source(image)}" for image in page.all("//img[not(@alt)]"))
    for thing in page.all("//button | //a[@href] | //summary | //legend | //label | //h1 | //h2 | //h3"):
        if not _name(thing):
            yield f"no name: {_source(thing)}"


def of_policy(page: Page) -> Problems:
    """Nothing runs or is drawn that the policy forbids."""
    nonces = set(re.findall(r"'nonce-([^']+)'", page.policy))
    for inline in page.all("//style | //script[not(@src)]"):
        is_data = inline.tag == "script" and "json" in inline.get("type", "")
        if not is_data and {inline.get("nonce")} != nonces:
            yield f"no nonce of this answer: {_source(inline)}"
    for element in page.all("//*[@*]"):
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on") or value.strip().lower().startswith("javascript:"):
                yield f"the policy forbids {name}: {_source(element)}"


def of_hosts(page: Page) -> Problems:
    """Nothing is loaded from, or sent to, another host; only links may leave."""
    addresses = [
        part for style in page.all("//style") for pair in CSS_ADDRESS.findall(style.text or "") for part in pair
    ]
    for name, tag in LOADING:
        for value in page.tree.xpath(f"//{tag}/@{name}"):
            addresses += [part.split()[0] for part in value.split(",") if part.strip()] if name == "srcset" else [value]
    for address in addresses:
        parts = urlsplit(address)
        own = parts.netloc in ("", page.host) and parts.scheme in ("", "http", "https", "data")
        if not own:
            yield f"a foreign host: {address}"


def of_texts(page: Page) -> Problems:
    """No variable was left unfilled, no markup is shown as text, no English is left in another language."""
    for text in page.texts():
        if UNFILLED.search(text) or SHOWN_MARKUP.search(text):
            yield f"unfilled: {text[:100]!r}"
        elif page.lang in CODES and page.lang != "en" and is_untranslated(page.lang, text):
            yield f"English in a page in {page.lang}: {text[:100]!r}"
    for name in ("value", "href", "content", "action"):
        yield from (f"unfilled {name}: {value!r}" for value in page.tree.xpath(f"//@{name}") if UNFILLED.search(value))


def of_forms(page: Page) -> Problems:
    """Every form that changes something carries its token."""
    for form in page.all("//form"):
        if form.get("method", "get").lower() == "post" and not form.xpath(".//input[@name='csrf_token'][@value]"):
            yield f"no CSRF token: {_source(form)}"


CHECKS: tuple[Callable[[Page], Problems], ...] = (
    of_document,
    of_alternates,
    of_references,
    of_names,
    of_policy,
    of_hosts,
    of_texts,
    of_forms,
)


def _is_labelled(page: Page, field: HtmlElement) -> bool:
    if flat(field.get("aria-label", "")) or field.get("aria-labelledby"):
        return True
    own = field.get("id")
    labels = field.xpath("ancestor::label") + (
        [label for label in page.all("//label") if label.get("for") == own] if own else []
    )
    return any(flat(label.text_content()) for label in labels)


def _name(element: HtmlElement) -> str:
    """What a screen reader says, nearly: the text, the name given, or the description of an image inside."""
    inside = "".join(element.xpath(".//img/@alt | .//svg//title/text() | .//*/@aria-label"))
    spoken = element.get("aria-label", "") + element.get("aria-labelledby", "") + element.get("title", "")
    return flat(element.text_content() + inside + spoken)


def _source(element: HtmlElement) -> str:
    attributes = "".join(f' {name}="{value[:40]}"' for name, value in element.attrib.items())
    return f"<{element.tag}{attributes}>"
