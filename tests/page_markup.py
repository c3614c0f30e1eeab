"""Whether a page's source is written as HTML wants it, before a lenient parser mends it."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What ends an open paragraph in every browser, whatever the source meant.
BLOCKS = {"div", "dl", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "main"}
BLOCKS |= {"nav", "ol", "p", "section", "table", "ul"}
INTERACTIVE = {"a", "button", "label", "select", "form", "summary"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._refuse_double(tag, attrs)
        if "p" in self.open and tag in BLOCKS:
            self._problem(f"<{tag}> inside of <p>")
        if tag in INTERACTIVE and tag in self.open:
            self._problem(f"<{tag}> inside of <{tag}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._refuse_double(tag, attrs)
        if tag not in VOID and "svg" not in self.open:
            self._problem(f"<{tag}/> does not end itself in HTML")

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self._problem(f"</{tag}> where {self.open[-1:] or 'nothing'} is open")

    def _refuse_double(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.problems += [f"<{tag}> has {name} twice" for name in {*names} if names.count(name) > 1]

    def _problem(self, what: str) -> None:
        line, column = self.getpos()
        self.problems.append(f"line {line}, column {column}: {what}")


def markup_problems(source: str) -> list[str]:
    """Tags that do not match, nest where they may not, or have an attribute twice."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    unclosed = [f"<{tag}> is never closed" for tag in reader.open]
    return reader.problems + unclosed
