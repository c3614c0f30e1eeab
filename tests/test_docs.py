"""The README names everything there is, and nothing that is not; no file names a place where packages come from."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from participation.settings import NAMES, ROOT
from tests.fixtures.databases import sqlite_only

README = (ROOT / "README.md").read_text(encoding="utf-8")
FOR_TESTS = {"PARTICIPATION_REQUIRE_ALL", "PARTICIPATION_TEST_DATA"}
# Written in parts, so that this file does not name them either.
REGISTRIES = [
    ".".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"))
]


def files() -> list[Path]:
    """Everything that belongs to the product: what git knows, or would with `git add`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / line for line in listed if (ROOT / line).is_file()]


def commands(group: click.Group, path: str = "") -> Iterator[str]:
    """Every command of a group, with the words that lead to it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield path + name


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_readme_names_every_setting_and_no_other() -> None:
    named = {*re.findall(r"\bPARTICIPATION_[A-Z_]+\b", README)} | {*re.findall(r"\bPORT\b", README)}
    assert named == {*NAMES} | FOR_TESTS


@sqlite_only
def test_the_readme_names_every_command_and_no_other(app: Flask) -> None:
    there = set(commands(app.cli))
    assert [command for command in sorted(there) if f"flask {command}" not in README] == []
    groups = {command.split()[0] for command in there}
    for found in re.findall(r"flask (?:--app wsgi )?((?:[a-z][a-z-]* ?)+)", README):
        words = found.split()
        assert words[0] in groups
        assert words[0] in there or " ".join(words[:2]) in there, found


def test_the_readme_names_every_make_target_and_no_other() -> None:
    named = {*re.findall(r"\bmake ([a-z-]+)\b", README)}
    in_code = {*re.findall(r"`(?:[A-Z_]+=\S+ )?make(?: -C \S+)? ([a-z-]+)", README)}
    assert targets() - {"help"} <= named
    assert in_code <= targets()


def test_the_readme_names_every_folder_and_no_other() -> None:
    tracked = {path.relative_to(ROOT).parts[0] for path in files() if len(path.relative_to(ROOT).parts) > 1}
    folders = {folder for folder in tracked if not folder.startswith(".")}
    rows = "\n".join(line for line in README.splitlines() if line.startswith("| `"))
    assert [folder for folder in sorted(folders) if f"`{folder}/`" not in rows] == []
    named = re.findall(r"`((?:[a-z_]+/)+)`", rows)
    made_later = {"static/vendor/", "static/joined/", "instance/"}
    inside = [ROOT, ROOT / "participation", ROOT / "participation" / "web"]
    missing = [name for name in named if name not in made_later and not any((base / name).is_dir() for base in inside)]
    assert missing == []


def test_files_that_the_readme_names_exist() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    assert linked
    assert [target for target in linked if not (ROOT / target).exists()] == []
    modules = re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)`", README)
    places = [ROOT, ROOT / "participation"]
    missing = [module for module in modules if not any((place / module).is_file() for place in places)]
    assert missing == []


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "CHANGELOG.md", "publiccode.yml", "Makefile", "package.json"])
def test_what_every_product_has_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200


def test_no_file_names_a_registry_of_packages() -> None:
    found = []
    for path in files():
        content = path.read_bytes().lower()
        found += [f"{path.relative_to(ROOT)}: {host}" for host in REGISTRIES if host.encode() in content]
    assert found == []
