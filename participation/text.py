"""Language tags, cleaning of what people type, and what is kept of a secret; pure."""

import hashlib
import re
import unicodedata

LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
TAG_MAX = 35


def is_language_tag(tag: str) -> bool:
    """Whether this has the shape of a BCP 47 tag such as `de` or `es-PE`."""
    return len(tag) <= TAG_MAX and LANGUAGE_TAG.fullmatch(tag) is not None


def clean_text(text: str) -> str:
    """Text as it is stored: line ends are \\n, NFC, stripped, nothing that UTF-8 or a CSV cannot carry."""
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
