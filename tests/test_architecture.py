"""The rules of the layout, kept by reading the code: direction, names, sizes, and who may do what."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from participation.settings import ROOT

PRODUCT = ROOT / "participation"
# One noun, one file name, in every layer.
NOUNS = [
    "accounts", "addresses", "api_clients", "appeals", "basemaps", "campaigns", "catalogs", "cities", "claims",
    "comparisons", "contacts", "contributors", "decisions", "demo", "digests", "downloads", "exports", "features",
    "filters", "followers", "handovers", "health", "imports", "invitations", "limits", "locations", "mails", "notes",
    "notices", "open311", "originals", "papers", "partnerships", "passkeys", "photos", "places", "proofs",
    "proposals", "queues", "receipts", "redactions", "replies", "roles", "submissions", "supports", "texts", "tiles",
    "translations", "upkeep",
]  # fmt: skip
# What a folder holds beside the nouns: the folder's own machinery.
BESIDE = {
    "models": {"all_tables"},
    "services": {"outside", "paging", "toml_tables"},
    "web": set(),
    "web/forms": {"messages"},
    "cli": {"assets", "database", "plumbing", "sentences", "serve", "worker"},
}
SAYS_NOTHING = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "shared",
    "base",
    "core",
    "tools",
    "lib",
    "main",
}
SOFT_LINES, HARD_LINES, FUNCTION_LINES = 250, 400, 40
# Files that are longer than we want. Only ever take lines out of this list.
LONG = {"participation/questionnaire.py"}
SOURCES = [
    path
    for folder in ("participation", "templates", "static/css", "static/js", "tests", "tools")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".html", ".css", ".js", ".sh") and path.is_file()
]
CODE = [path for path in SOURCES if path.suffix == ".py"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))


def modules(folder: str) -> list[str]:
    return [path.stem for path in sorted((PRODUCT / folder).glob("*.py")) if path.stem != "__init__"]


def belongs_to_a_noun(module: str) -> bool:
    """`cities` is one; `city_files` is a part of it that got a file of its own."""
    stems = set(NOUNS) | {noun[:-3] + "y" if noun.endswith("ies") else noun.rstrip("s") for noun in NOUNS}
    return module in NOUNS or any(module.startswith(f"{stem}_") for stem in stems)


def used(attribute: str, *, of: str = "") -> set[str]:
    """The files of the product in which something like `of.attribute` stands."""
    return {
        name(path)
        for path in CODE
        if path.is_relative_to(PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == attribute and of in ("", ast.unparse(node.value))
    }


def test_imports_run_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "Contracts: 2 kept, 0 broken" in done.stdout


def test_every_module_has_its_place_in_the_direction() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers, flaskless = (next(c for c in contracts if c["type"] == kind) for kind in ("layers", "forbidden"))
    placed = {part.strip().removeprefix("participation.") for layer in layers["layers"] for part in layer.split("|")}
    there = {path.stem for path in PRODUCT.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert there - {"__init__"} == placed
    below = {part.removeprefix("participation.") for part in flaskless["source_modules"]}
    assert below == placed - {"app", "logs", "web", "cli"}


def test_the_root_holds_nothing() -> None:
    [docstring] = tree(PRODUCT / "__init__.py").body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)


@pytest.mark.parametrize("folder", BESIDE)
def test_one_noun_has_one_file_name_in_every_layer(folder: str) -> None:
    strangers = [module for module in modules(folder) if not belongs_to_a_noun(module)]
    assert set(strangers) == BESIDE[folder]


def test_templates_and_tests_have_the_names_of_what_they_belong_to() -> None:
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assert folders - {*NOUNS} == {"_macros", "errors"}
    for layer in ("models", "services", "web", "cli"):
        tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / layer).glob("test_*.py")}
        inside = {path.stem for path in (PRODUCT / layer).rglob("*.py")}
        assert tested <= inside


def test_each_blueprint_has_the_name_of_its_file() -> None:
    for module in modules("web"):
        [value] = [
            node.value
            for node in tree(PRODUCT / "web" / f"{module}.py").body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "blueprint"
        ]
        assert ast.unparse(value) == f"Blueprint('{module}', __name__)"


def test_no_name_that_says_nothing() -> None:
    names = {part for path in SOURCES for part in (*path.relative_to(ROOT).parts[1:-1], path.stem)}
    allowed = {"base.html", "base.css"}
    found = names & SAYS_NOTHING - {"base"} | {path.name for path in SOURCES if path.stem == "base"} - allowed
    assert found == set()


def test_no_file_is_too_long() -> None:
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {file: n for file, n in lines.items() if n > HARD_LINES} == {}
    product = {
        file for file, n in lines.items() if n > SOFT_LINES and file.startswith(("participation/", "templates/"))
    }
    assert product == LONG


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{name(path)}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in CODE
        for function in functions(path)
    }
    assert {function: n for function, n in lengths.items() if n > FUNCTION_LINES} == {}


def test_only_web_and_cli_commit() -> None:
    committing = used("commit")
    assert committing
    assert all(file.startswith(("participation/web/", "participation/cli/")) for file in committing)


def test_one_function_draws_a_photo_and_one_stores_it() -> None:
    """However a photo comes in, its metadata stay outside."""

    def files(*names: str, of: str = "") -> set[str]:
        called = [
            (name(path), ast.unparse(node.func))
            for path in CODE
            if path.is_relative_to(PRODUCT)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
        ]
        return {file for file, function in called if function in names}

    assert files("Picture", "pictures.Picture") == {"participation/pictures.py"}
    assert files("Photo", "photos.Photo") == {"participation/services/photos.py"}
    assert used("open", of="Image") == {"participation/pictures.py"}
    assert files("_write") & {"participation/services/photos.py"}


def test_only_the_record_adds_decisions_and_changes_the_state_of_a_submission() -> None:
    """The demonstration inserts submissions that are in their last state from the beginning; it changes none."""
    record = "participation/services/decision_record.py"
    nodes = [(name(path), node) for path in CODE if path.is_relative_to(PRODUCT) for node in ast.walk(tree(path))]
    calls = [(file, ast.unparse(node)) for file, node in nodes if isinstance(node, ast.Call)]
    assert {file for file, call in calls if call.startswith(("Decision(", "insert(Decision)"))} == {record}
    assigned = [
        (file, ast.unparse(target)) for file, node in nodes if isinstance(node, ast.Assign) for target in node.targets
    ]
    assert {file for file, target in assigned if target.endswith("submission.status")} == {record}
    assert [file for file, call in calls if call.startswith("update(Submission)") and "status=" in call] == []


def test_only_the_settings_read_the_environment() -> None:
    assert used("environ", of="os") == {"participation/settings.py"}
    assert used("getenv") == set()
    imported = [
        name(path)
        for path in CODE
        if path.is_relative_to(PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "os"
    ]
    assert imported == []


def test_services_take_the_session_first_and_everything_else_by_name() -> None:
    for path in sorted((PRODUCT / "services").glob("*.py")):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                positional = [argument.arg for argument in node.args.posonlyargs + node.args.args]
                assert positional[:1] == ["session"] or "session" not in [
                    a.arg for a in node.args.kwonlyargs + node.args.args
                ]
                if "session" in positional:
                    assert positional == ["session"], f"{name(path)}: {node.name}"


def test_nothing_in_the_product_names_what_lies_beside_it() -> None:
    """No path of the machine it was made on, no folder that a clone does not have."""
    places = (f"{ROOT}/", "../shared", "/home/", "/Users/")
    named = [
        name(path) for path in SOURCES if path.is_relative_to(PRODUCT) for place in places if place in path.read_text()
    ]
    assert named == []
