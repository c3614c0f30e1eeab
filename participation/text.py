"""Language tags, what people type cleaned and harmless in a spreadsheet, and what is kept of a secret; pure."""

import hashlib
import re
import unicodedata

LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
TAG_MAX = 35


def is_language_tag(tag: str) -> bool:
    """Whether this has the shape of a BCP 47 tag such as `de` or `es-PE`."""
    return len(tag) <= TAG_MAX and LANGUAGE_TAG.fullmatch(tag) is not None


def primary(tag: str) -> str:
    """The language of a tag without its region: `es-PE` is Spanish."""
    return tag.partition("-")[0]


def clean_text(text: str) -> str:
    """Text as it is stored: line ends are \\n, NFC, stripped, nothing that UTF-8 or a CSV cannot carry."""
    if text.isprintable():
        # Most texts, and every code: nothing in them has to go.
        return unicodedata.normalize("NFC", text).strip()
    text = re.sub("\r\n?|[\x85\u2028\u2029]", "\n", text)
    # Cc are control characters, Cs lone surrogates, which JSON can smuggle in and UTF-8 cannot store.
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def fold(text: str) -> str:
    """For comparing and sorting: without accents and without case."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def fingerprint(secret: str) -> str:
    """What is kept of a key or token, as 64 hexadecimal digits; it is random and long and needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


# Written so that Python and PostgreSQL read it alike.
_BREAKS = r"\n\r\v\f\u0085\u2028\u2029"
# Blanks, and signs that nobody sees.
_BLANKS = r" \t\v\f\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff"
_SIGNS = r"\-=+@\uff1d\uff0b\uff0d\uff20"
# A spreadsheet would run such a line as a formula, also behind blanks, in a later line of the cell, and where it takes
# a comma or a semicolon in the text for the beginning of the next cell because it expects another separator.
FORMULA = re.compile(
    rf"(?:^|(?<=[{_BREAKS}]))(?=[{_BLANKS}]*[{_SIGNS}\t\r])"
    rf'|(?<=[;,])(?=[{_BLANKS}"]*(?:[=@\uff1d\uff20]|[+\uff0b\uff0d-][{_BLANKS}]*[0-9A-Za-z(.]))'
)
# Where such a thing may be: found ten times as fast, because it begins with one of a few signs.
_SUSPICIOUS = re.compile(rf'[{_BREAKS};,][{_BLANKS}"]*[{_SIGNS}\t\r]')
# The apostrophes that are put there.
_NEUTRALISED = re.compile(
    rf"(?:^|(?<=[{_BREAKS}]))'(?=[{_BLANKS}]*[{_SIGNS}\t\r])"
    rf"|(?<=[;,])'(?=[{_BLANKS}\"]*(?:[=@\uff1d\uff20]|[+\uff0b\uff0d-][{_BLANKS}]*[0-9A-Za-z(.]))"
)


def neutral(text: str) -> str:
    """The text with an apostrophe before everything in it that a spreadsheet would take for a formula."""
    return FORMULA.sub("'", text) if _SUSPICIOUS.search(f"\n{text}") else text


def not_neutral(text: str) -> str:
    """The text of a file of ours as it was before `neutral`; neutral again, it is as it stood in the file."""
    return _NEUTRALISED.sub("", text)
