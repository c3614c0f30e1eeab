"""How large the other formats become per byte of the CSV: the figures of `services/export_sizes.py`.

`python -m benches.sizes` writes every file of every city of the demonstration, with words for people and with codes for
programs, and prints a line for each; then for each file what a byte of the CSV becomes and what the format needs for
itself, so that all cities are as near as can be, by share. The page of downloads reckons between these.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from benches import crowds
from participation import database
from participation.models import all_tables  # noqa: F401  # relationships name each other
from participation.models.cities import City
from participation.services import export_files, export_lines
from participation.services.export_files import File
from participation.services.export_lines import csv_file
from participation.services.export_tables import CODEBOOK
from participation.services.exports import Export
from participation.services.filters import Filter

LAYOUTS = (("excel", "text"), ("machine", "codes"))


def main() -> None:
    """Print all sizes, then for each format what a byte of the CSV becomes, and what the format needs for itself."""
    found: dict[str, list[tuple[int, int]]] = {}
    with tempfile.TemporaryDirectory(prefix="participation-bench-") as folder:
        engine = database.connect(f"sqlite:///{folder}/participation.db")
        crowds.fill(engine, "worms", 1)
        with database.reading(engine) as session:
            for city in session.scalars(select(City)).all():
                for name, csv, size in files(session, city, Path(folder)):
                    print(f"{city.slug:12} {name:20} csv {csv:9,} file {size:9,} {size / csv:6.2f}")
                    found.setdefault(name, []).append((csv, size))
        engine.dispose()
    for name, pairs in found.items():
        csv, size = np.array(pairs, dtype=float).T
        # Each file counts the same, however large it is.
        line = np.stack([csv / size, 1 / size], axis=1)
        per_byte, own = np.linalg.lstsq(line, np.ones(len(size)), rcond=None)[0]
        share = (per_byte * csv + own) / size
        worst = max(share.max(), 1 / share.min())
        print(f"{name:20} {per_byte:5.2f} per byte, {own:8,.0f} for itself; at worst {worst:.2f} times")


def files(session: Session, city: City, folder: Path) -> Iterator[tuple[str, int, int]]:
    """Name, bytes of the CSV files of the same tables, bytes of the file."""
    for ending, names in export_files.FILES.items():
        for name in names:
            for how, labels in LAYOUTS:
                tables = [*export_files.TABLES[name], *([CODEBOOK] if ending == "zip" else [])]
                exports = [Export(table, city, Filter(), datetime.now(UTC), labels, "de") for table in tables]
                layout = export_lines.layout(how, "de")
                csv = sum(len(block) for one in exports for block in csv_file(session, export=one, how=layout))
                file = File(name, ending, exports[0], "", private=False, folder=folder)
                yield f"{name}.{ending}", csv, sum(map(len, export_files.write(session, file=file)))


if __name__ == "__main__":
    main()
