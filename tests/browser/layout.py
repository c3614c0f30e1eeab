"""What no page may do to its reader: be wider than the screen, or lay words on others."""

from playwright.sync_api import Page

# Words and fields that stick out of the screen, except in a part that scrolls by itself and on the ground of the map.
OUTSIDE = """() => {
  const scrolls = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
    }
    return false;
  };
  const hidden = (element, { width, height }) =>
    width < 2 || height < 2 || !element.checkVisibility({ visibilityProperty: true }) ||
    element.closest(".leaflet-pane, .visually-hidden, .skips") || getComputedStyle(element).clipPath !== "none";
  const all = "h1, h2, h3, p, a, button, label, input, select, textarea, summary, li, dd, dt";
  return [...document.querySelectorAll(all)].filter((element) => {
    const box = element.getBoundingClientRect();
    const { left, right } = box;
    if (hidden(element, box)) return false;
    return (left < -1 || right > innerWidth + 1) && !scrolls(element);
  }).map((element) => element.outerHTML.slice(0, 160));
}"""

# Lines of text in the header that run into each other.
OVERLAPS = """() => {
  const boxes = [];
  const texts = document.createTreeWalker(document.querySelector(".site-header"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { textContent, parentElement } = texts.currentNode;
    if (!textContent.trim() || !parentElement.checkVisibility() || parentElement.closest(".visually-hidden")) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const box of range.getClientRects()) boxes.push({ text: textContent.trim(), box });
  }
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a.box, b.box)).map((b) => [a.text, b.text]));
}"""


def nothing_sticks_out(page: Page) -> None:
    """The page is as wide as the screen, and so is everything on it; no words lie on others."""
    wide, screen = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    found = wide, page.evaluate(OUTSIDE), page.evaluate(OVERLAPS)
    assert found == (screen, [], []), found
