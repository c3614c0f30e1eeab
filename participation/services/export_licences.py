"""Under which licence the open data of a city stand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """A licence by its SPDX code, its name, and the address of its words."""

    code: str
    name: str
    address: str


CC_BY = Licence(
    "CC-BY-4.0", "Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"
)
# Where the law or the custom of a country has a licence for public data; others take CC BY.
BY_COUNTRY = {
    "DE": Licence(
        "DL-DE-BY-2.0", "Datenlizenz Deutschland – Namensnennung – Version 2.0", "https://www.govdata.de/dl-de/by-2-0"
    ),
    "FR": Licence(
        "etalab-2.0", "Licence Ouverte / Open Licence 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
    ),
}


def licence_of(country: str) -> Licence:
    """The licence for the data of a city in this country (ISO 3166, two letters)."""
    return BY_COUNTRY.get(country, CC_BY)
