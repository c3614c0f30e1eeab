"""The front door: lock files, make targets, files for the browser, and what set-up says when it cannot go on."""

import gzip
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import brotli
import click
import pytest

from participation.cli import assets

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = json.loads((ROOT / "package.json").read_text())
LOCK = json.loads((ROOT / "package-lock.json").read_text())
REQUIREMENTS = ("requirements.txt", "requirements-test.txt", "requirements-node.txt")


def locked(name: str) -> list[str]:
    """The requirements of a lock file, each on one line with its hashes, without comments."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    return text.replace("\\\n", "").splitlines()


def pins(name: str) -> dict[str, list[str]]:
    """Versions by package; more than one where they depend on the Python."""
    found: dict[str, list[str]] = {}
    for line in locked(name):
        package, version = re.match(r"([a-z0-9-]+)==([^ ;]+)", line).groups()  # type: ignore[union-attr]
        found.setdefault(package, []).append(version)
    return found


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_python_package_is_locked_by_hash(name: str) -> None:
    assert locked(name)
    for line in locked(name):
        assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("name", [*REQUIREMENTS, "package-lock.json"])
def test_lock_files_name_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    for word in ("http:", "https:", "index-url", "find-links", '"resolved"'):
        assert word not in text


def test_everything_asked_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "requirements.txt": project["dependencies"],
        "requirements-test.txt": extras["test"],
        "requirements-node.txt": extras["node"],
    }
    for name, dependencies in wanted.items():
        names = {re.split(r"[^A-Za-z0-9-]", dependency)[0].lower() for dependency in dependencies}
        assert names <= pins(name).keys(), f"run `make lock` for {name}"


def test_tests_run_on_the_versions_that_are_served() -> None:
    tested = pins("requirements-test.txt")
    assert all(tested.get(package) == versions for package, versions in pins("requirements.txt").items())


def test_each_front_end_package_is_locked_by_hash() -> None:
    packages = dict(LOCK["packages"])
    root = packages.pop("")
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert root["dependencies"] == PACKAGE["dependencies"], "run `make lock`"
    assert root["devDependencies"] == PACKAGE["devDependencies"], "run `make lock`"


def test_the_measurements_lock_their_packages_by_hash_too() -> None:
    lock = json.loads((ROOT / "benches" / "node" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


@pytest.mark.parametrize("entry", PACKAGE["vendor"], ids=lambda entry: entry["to"])
def test_set_up_has_brought_the_file(entry: dict[str, str]) -> None:
    copy = ROOT / "static" / "vendor" / entry["to"]
    assert copy.read_bytes() == (ROOT / "node_modules" / entry["from"]).read_bytes()


def test_each_vendored_package_comes_with_its_licence() -> None:
    licensed = {package_of(entry) for entry in PACKAGE["vendor"] if entry["to"].startswith("licences/")}
    assert {package_of(entry) for entry in PACKAGE["vendor"]} == licensed


def package_of(entry: dict[str, str]) -> str:
    parts = entry["from"].split("/")
    return "/".join(parts[: 2 if parts[0].startswith("@") else 1])


def test_vendored_styles_refer_only_to_files_that_are_there() -> None:
    sheets = [*(ROOT / "static" / "vendor").rglob("*.css"), *(ROOT / "static" / "joined").glob("*.css")]
    for sheet in sheets:
        for address in re.findall(r"url\([\"']?([^)\"'#]+)", sheet.read_text()):
            assert address.startswith("data:") or (sheet.parent / address).is_file(), f"{sheet.name}: {address}"


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    declared = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert declared
    assert set(declared[1].split()) == targets
    printed = subprocess.run(["make"], cwd=ROOT, env=plain_environment(), capture_output=True, text=True, check=True)
    assert set(re.findall(r"^make ([a-z-]+) +\S", printed.stdout, flags=re.MULTILINE)) == targets


def plain_environment(**changes: str) -> dict[str, str]:
    """The environment without what an outer `make test` hands to the commands it runs."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return inherited | changes


def test_ci_runs_all_tests_and_lets_none_be_skipped(tmp_path: Path) -> None:
    recorder = tmp_path / "make"
    recorder.write_text('#!/bin/sh\necho "$PWD: make $*, $PARTICIPATION_REQUIRE_ALL"\n')
    recorder.chmod(0o755)
    environment = plain_environment(PATH=f"{tmp_path}:{os.environ['PATH']}")
    done = subprocess.run(
        [ROOT / ".ci" / "run"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == (f"{ROOT}: make test, 1\n", 0)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("echo Python 3.9.2", "Python 3.11 or newer is needed, but there is Python 3.9.2: "),
        ("exit 127", " no "),
    ],
)
def test_set_up_without_a_recent_python_says_so_in_one_line(tmp_path: Path, answer: str, complaint: str) -> None:
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$1" = --version ] || exit 1\n{answer}\n')
    python.chmod(0o755)
    command = [str(tmp_path / "tools" / "setup.sh"), "run"]
    environment = plain_environment(PYTHON=str(python))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with one front-end package of one file, and one style sheet of our own."""
    (tmp_path / "package.json").write_text(json.dumps({"vendor": [{"from": "map/dist/map.js", "to": "map/map.js"}]}))
    (tmp_path / "node_modules" / "map" / "dist").mkdir(parents=True)
    (tmp_path / "node_modules" / "map" / "dist" / "map.js").write_text("// first\n" * 100)
    (tmp_path / "static" / "css").mkdir(parents=True)
    (tmp_path / "static" / "css" / "page.css").write_text("a { color: red }\n" * 100)
    return tmp_path


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_assets_are_copied_and_compressed(checkout: Path) -> None:
    assets.build(checkout)
    names = ("css/page.css", "vendor/map/map.js")
    assert files_in(checkout / "static") == {name + end for name in names for end in ("", ".br", ".gz")}
    for name in names:
        original = (checkout / "static" / name).read_bytes()
        assert gzip.decompress((checkout / "static" / (name + ".gz")).read_bytes()) == original
        assert brotli.decompress((checkout / "static" / (name + ".br")).read_bytes()) == original


def test_style_sheets_of_a_page_become_one(checkout: Path) -> None:
    static = checkout / "static"
    package = json.loads((checkout / "package.json").read_text())
    (checkout / "package.json").write_text(json.dumps(package | {"styles": {"map": ["css/first.css", "css/page.css"]}}))
    (static / "css" / "first.css").write_text(
        '@layer far, near;\n@import url("../css/far/far.css") layer(far);\np { color: blue }\n'
    )
    (static / "css" / "far").mkdir()
    (static / "css" / "far" / "far.css").write_text('@charset "UTF-8";b { background: url(pin.png) }\n')
    (static / "css" / "far" / "pin.png").write_bytes(b"png")
    (static / "joined").mkdir()
    (static / "joined" / "gone.css").write_text("i {}")
    assets.build(checkout)
    joined = (static / "joined" / "map.css").read_text()
    far = '@layer far, near;\n@layer far {\nb { background: url("../css/far/pin.png") }\n}\n\np { color: blue }\n'
    assert joined == far + (static / "css" / "page.css").read_text()
    assert brotli.decompress((static / "joined" / "map.css.br").read_bytes()).decode() == joined
    assert not (static / "joined" / "gone.css").exists()


def test_a_style_sheet_that_is_missing_is_refused_in_one_line(checkout: Path) -> None:
    (checkout / "package.json").write_text('{"vendor": [], "styles": {"map": ["css/nowhere.css"]}}')
    with pytest.raises(click.ClickException, match=r"^nowhere\.css is missing.*$"):
        assets.build(checkout)


def test_assets_that_are_up_to_date_are_left_alone(checkout: Path) -> None:
    assets.build(checkout)
    before = {path: path.stat().st_ctime_ns for path in checkout.rglob("*")}
    assets.build(checkout)
    assert {path: path.stat().st_ctime_ns for path in checkout.rglob("*")} == before


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_changed_file_is_never_served_in_an_old_version(checkout: Path, seconds: int) -> None:
    assets.build(checkout)
    sheet = checkout / "static" / "css" / "page.css"
    sheet.write_text("b { color: blue }\n" * 100)
    moment = sheet.stat().st_mtime + seconds
    os.utime(sheet, (moment, moment))
    assets.build(checkout)
    assert gzip.decompress(sheet.with_name("page.css.gz").read_bytes()) == sheet.read_bytes()


def test_compressed_versions_go_when_they_no_longer_pay_or_the_file_is_gone(checkout: Path) -> None:
    assets.build(checkout)
    (checkout / "static" / "css" / "page.css").write_text("a{}")
    (checkout / "package.json").write_text('{"vendor": []}')
    assets.build(checkout)
    assert files_in(checkout / "static") == {"css/page.css"}


def test_a_missing_file_is_refused_in_one_line(checkout: Path) -> None:
    (checkout / "node_modules" / "map" / "dist" / "map.js").unlink()
    with pytest.raises(click.ClickException, match=r"^node_modules/map/dist/map\.js is missing .*$"):
        assets.build(checkout)
    assert not (checkout / "static" / "vendor").exists()
