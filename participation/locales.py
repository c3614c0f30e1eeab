"""The one list of languages. Adding a language starts here; README says what follows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language of the interface: BCP 47 code, its own name, and writing direction (`ltr` or `rtl`)."""

    code: str
    own_name: str
    direction: str = "ltr"


LANGUAGES = (
    Language("de", "Deutsch"),
    Language("fr", "Français"),
    Language("es", "Español"),
    Language("en", "English"),
)
CODES = tuple(language.code for language in LANGUAGES)
BY_CODE = {language.code: language for language in LANGUAGES}
DEFAULT = "en"
