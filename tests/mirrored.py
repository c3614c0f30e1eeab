"""A pseudo-locale: English written from right to left, in letters that mean nothing. `tests.mirrored:app` serves it."""

import os
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from participation import locales, settings
from participation.app import create_app
from participation.settings import ROOT
from participation.web.plumbing import locale

LANG = "en"
# What has a meaning for machines stays: placeholders, tags and entities.
KEPT = re.compile(r"(%\(\w+\)s|\{\w+\}|<[^>]+>|&\w+;|%%)")
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיךכלםמןנסעףפץצקרש")


def write_catalogue(folder: Path) -> None:
    """The pseudo-locale's catalogue under a folder that takes the place of the product's root."""
    with (ROOT / "translations" / "messages.pot").open("rb") as template:
        texts = read_po(template)
    mirrored = Catalog(locale=LANG)
    for message in texts:
        if message.id:
            plural = isinstance(message.id, tuple)
            strings = tuple(map(mirror, message.id)) if plural else mirror(str(message.id))
            mirrored.add(message.id, strings, context=message.context)
    target = folder / "translations" / LANG / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / "messages.mo").open("wb") as binary:
        write_mo(binary, mirrored)


def mirror(text: str) -> str:
    """A text in other letters, as long as before."""
    parts = KEPT.split(text)
    return "".join(part if KEPT.fullmatch(part) else part.lower().translate(LETTERS) for part in parts)


if "MIRRORED_ROOT" in os.environ:
    # Everybody holds the same language, so it turns round for all of them.
    object.__setattr__(locales.BY_CODE[LANG], "direction", "rtl")
    locale.ROOT = Path(os.environ["MIRRORED_ROOT"])
    app = create_app(settings.from_environment())
