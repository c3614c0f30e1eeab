"""The fewest settings that are valid."""

from pathlib import Path

from participation.settings import Settings


def make(database_url: str, instance: Path) -> Settings:
    """An installation on this database, with this folder as its own."""
    instance.mkdir(exist_ok=True)
    secret = "only-for-tests-abcdefghijklmnopqrstuvwxyz"
    return Settings(
        secret_key=secret,
        instance=instance,
        database_url=database_url,
        base_url="http://localhost",
        second_factor="optional",
    )
