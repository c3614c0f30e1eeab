"""`flask assets build`: third-party files for the browser into static/vendor/, the style sheets of a page joined into
one file in static/joined/, and everything in static/ compressed.

Needs neither the application nor a database; `python -m participation.cli.assets build` does the same without Flask's
application.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from filecmp import cmp
from pathlib import Path

import click
from flask.cli import AppGroup
from whitenoise.compress import Compressor

ROOT = Path(__file__).resolve().parents[2]
COMPRESSED = (".br", ".gz")
IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')
ADDRESS = re.compile(r"url\(\"?(?!data:|#)([^)\"]+)\"?\)")

assets = AppGroup("assets", help="Files for the browser.")


@assets.command("build", with_appcontext=False)
def build_command() -> None:
    """Copy third-party files, join style sheets and compress all; what is up to date is left alone."""
    build(ROOT)


def build(root: Path) -> None:
    """Bring root/static up to date with root/package.json; raises a ClickException for a file that is missing."""
    copy_vendor(root)
    join_styles(root)
    compress(root / "static")


def copy_vendor(root: Path) -> None:
    """Make static/vendor hold exactly the files that package.json lists under "vendor"."""
    source, target = root / "node_modules", root / "static" / "vendor"
    listed = json.loads((root / "package.json").read_text(encoding="utf-8"))["vendor"]
    pairs = [(source / entry["from"], target / entry["to"]) for entry in listed]
    missing = [str(origin.relative_to(root)) for origin, _ in pairs if not origin.is_file()]
    if missing:
        raise click.ClickException(
            f"{missing[0]} is missing ({len(missing)} of {len(pairs)} files are): "
            "remove node_modules and run `make setup`"
        )
    for origin, copy in pairs:
        if not (copy.is_file() and cmp(origin, copy, shallow=False)):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(origin, copy)
    wanted = {copy for _, copy in pairs}
    for path in _files(target):
        if path.suffix not in COMPRESSED and path not in wanted:
            path.unlink()


def join_styles(root: Path) -> None:
    """Make static/joined hold one style sheet for each list that package.json has under "styles"."""
    static, target = root / "static", root / "static" / "joined"
    listed = json.loads((root / "package.json").read_text(encoding="utf-8")).get("styles", {})
    for name, sheets in listed.items():
        joined = "".join(_sheet(static / sheet, target) for sheet in sheets)
        file = target / f"{name}.css"
        if not (file.is_file() and file.read_text(encoding="utf-8") == joined):
            target.mkdir(exist_ok=True)
            file.write_text(joined, encoding="utf-8")
    for path in _files(target):
        if path.suffix not in COMPRESSED and path.stem not in listed:
            path.unlink()


def _sheet(sheet: Path, target: Path) -> str:
    """A style sheet with what it imports put into the layer it names, and addresses that hold from `target`."""

    def imported(found: re.Match[str]) -> str:
        inner = _sheet((sheet.parent / found[1]).resolve(), target)
        return f"@layer {found[2]} {{\n{inner}}}\n"

    def moved(found: re.Match[str]) -> str:
        return f'url("{Path(os.path.relpath(sheet.parent / found[1], target)).as_posix()}")'

    if not sheet.is_file():
        raise click.ClickException(f"{sheet.name} is missing: package.json or a style sheet names it")
    text = sheet.read_text(encoding="utf-8").removeprefix('@charset "UTF-8";')
    parts = IMPORT.split(text)
    own = [ADDRESS.sub(moved, part) for part in parts[::3]]
    inner = [imported(found) for found in IMPORT.finditer(text)]
    return "".join(part for pair in zip(own, [*inner, ""], strict=True) for part in pair)


def compress(static: Path) -> None:
    """Put a gzip and a Brotli version beside each file they make smaller; remove those of files that are gone.

    A compressed version has its file's time of change, and one with any other time is made again: served in place of
    the file, it must never be an old one.
    """
    compressor = Compressor(quiet=True)
    for path in _files(static):
        if path.suffix in COMPRESSED:
            if not path.with_suffix("").is_file():
                path.unlink()
        elif compressor.should_compress(path.name) and not _is_compressed(path):
            for suffix in COMPRESSED:
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            compressor.compress(str(path))


def _is_compressed(path: Path) -> bool:
    versions = [path.with_name(path.name + suffix) for suffix in COMPRESSED]
    changed = path.stat().st_mtime
    # Times go through floating-point seconds on their way to the copy, which costs the last digits.
    return all(version.is_file() and abs(version.stat().st_mtime - changed) < 0.001 for version in versions)


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


if __name__ == "__main__":
    assets(prog_name="python -m participation.cli.assets")
