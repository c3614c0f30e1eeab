"""`flask assets build`: third-party files for the browser into static/vendor/, and everything in static/ compressed.

Needs neither the application nor a database; `python -m participation.cli.assets build` does the same without Flask's
application.
"""

import json
import shutil
from collections.abc import Iterator
from filecmp import cmp
from pathlib import Path

import click
from flask.cli import AppGroup
from whitenoise.compress import Compressor

ROOT = Path(__file__).resolve().parents[2]
COMPRESSED = (".br", ".gz")

assets = AppGroup("assets", help="Files for the browser.")


@assets.command("build", with_appcontext=False)
def build_command() -> None:
    """Copy third-party files to static/vendor and compress static; what is up to date is left alone."""
    build(ROOT)


def build(root: Path) -> None:
    """Bring root/static up to date with root/package.json; raises a ClickException for a file that is missing."""
    copy_vendor(root)
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
