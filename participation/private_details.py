"""What in a text may say who somebody is or how to reach them, and how loud it is; pure.

It only suggests: a moderator looks at everything that is found, so a house number too much is better than a phone
number too few.
"""

import re
from dataclasses import dataclass

KINDS = ("email", "link", "phone", "name")
# What stands for words that were redacted; as long whatever they were.
BLOCK = "█████"

# People also write addresses so that machines do not find them: anna (at) example (dot) org.
_AT = r"(?:\s*[@＠]\s*|\s*[\[({]\s*(?:at|ät|arroba|arobase|chez)\s*[\])}]\s*)"
_DOT = r"(?:\.|\s*[\[({]\s*(?:dot|punkt|point|punto)\s*[\])}]\s*)"
_EMAIL = re.compile(rf"[\w.+%-]+{_AT}[\w-]+(?:{_DOT}[\w-]+)*{_DOT}[a-z]{{2,24}}\b", re.IGNORECASE)
# A file ending or the end of a sentence without a blank is no host: only endings that people use here.
_ENDINGS = "com|org|net|info|eu|de|fr|es|pe|ch|at|be|lu|uk|io|me|app|online|shop|ly|gl|gle|tv|cat|city|koeln|cologne"
_LINK = re.compile(
    rf"\b(?:https?://\S+|www\.\S+|(?:t\.me|wa\.me|fb\.me|youtu\.be)/\S+|(?:[a-z0-9-]+\.)+(?-i:{_ENDINGS})\b(?:/\S*)?)"
    r"|(?<![\w@])@[a-z0-9_.]{3,}",
    re.IGNORECASE,
)
# Names are found where they are announced; a list of names would find the saints of all churches too.
_TITLE = (
    r"(?:Herrn?|Frau|Fam\.|Familie|Dr\.|Prof\.|Monsieur|Madame|Mademoiselle|M\.|Mme|Mlle|[Ss]eñora?|[Ss]eñorita|Sra?\."
    r"|Doña|Don|Mr\.?|Mrs\.?|Ms\.?|Nachbarin|Nachbarn?|voisine?|vecin[oa]|neighbou?r)"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_NAME = re.compile(
    rf"(?<!\w){_TITLE}[ \u00a0\u202f]+(?:(?:von|van|de|del|du|la|le)\s+){{0,2}}{_CAPITAL}(?:\s{_CAPITAL})?"
)
# Digits in groups with what people put between them; how many digits makes it a number, see `_is_phone`.
_DIGITS = re.compile(r"(?<![\w.,/-])(?:\+|00)?\s?\(?\d(?:[\s\u00a0\u202f./()–-]{0,3}\d)+(?![\w])")
_DATE = re.compile(
    r"(?:[0-3]?\d[./-][01]?\d[./-](?:19|20)?\d\d|(?:19|20)\d\d-[01]\d-[0-3]\d)(?:\s+[0-2]?\d(?:[.:h][0-5]\d)?)?"
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[–/-]\s?(?:19|20)?\d\d)+")
_POSITION = re.compile(r"-?\d{1,3}[.,]\d{4,}")
_LONG_WORD = 4
_SHOUTED_LETTERS = 12
_SHOUTED_SHARE = 0.7


@dataclass(frozen=True)
class Found:
    """Where in a text something stands, from the first character to the one behind it, and which of KINDS it is."""

    start: int
    end: int
    kind: str


def find(text: str) -> list[Found]:
    """Phone numbers, e-mail addresses and links of a text, in its order; none overlaps another."""
    found: list[Found] = []
    for kind, pattern in (("email", _EMAIL), ("link", _LINK), ("phone", _DIGITS), ("name", _NAME)):
        for match in pattern.finditer(text):
            start, end = _trimmed(text, *match.span())
            if kind == "phone" and not _is_phone(text[start:end]):
                continue
            if all(end <= other.start or start >= other.end for other in found):
                found.append(Found(start, end, kind))
    return sorted(found, key=lambda one: one.start)


def is_shouting(text: str) -> bool:
    """Whether most of a text is in capitals; abbreviations and short texts are not."""
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= _LONG_WORD and word.isupper()]
    loud = len(letters) >= _SHOUTED_LETTERS and capitals / len(letters) >= _SHOUTED_SHARE and len(words) > 1
    return loud or "!!!" in text


def words(text: str) -> list[tuple[int, int]]:
    """Where each word of a text stands; words are what blanks separate."""
    return [match.span() for match in re.finditer(r"\S+", text)]


def redacted(text: str, ranges: list[tuple[int, int]]) -> str:
    """The text with one BLOCK for each range; ranges that touch or have only blanks between them become one.

    Raises ValueError for a range that is not in the text.
    """
    if any(not 0 <= start < end <= len(text) for start, end in ranges):
        raise ValueError("a range is not in the text")
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    for start, end in reversed(joined):
        text = text[:start] + BLOCK + text[end:]
    return text


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the blanks before and the end of the sentence after it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1] in ".,;:!?»”\"'–-(" or text[end - 1].isspace()):
        end -= 1
    return start, end


def _is_phone(written: str) -> bool:
    """Whether so many digits, written like this, are a phone number and no date, years, position or price."""
    digits = re.sub(r"\D", "", written)
    if any(other.fullmatch(written) for other in (_DATE, _YEARS, _POSITION)):
        return False
    if written.lstrip("( ").startswith(("0", "+")):
        return 7 <= len(digits) <= 15
    # Without a zero or a country: nine digits in Spain and Peru, ten in brackets or with hyphens elsewhere.
    grouped = len(digits) == 10 and re.search(r"[()-]", written) is not None
    return grouped or (len(digits) == 9 and digits[0] in "6789" and "." not in written)
