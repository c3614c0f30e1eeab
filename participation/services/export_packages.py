"""The open-data package: all tables with what explains them in one archive, sent while it is packed.

An archive ends with the list of its files. Cut off before, it does not open, so that half a package is never taken
for a whole one.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from participation.locales import CODES
from participation.services import export_descriptions, export_features, export_readmes
from participation.services.export_contents import Content, Stamp

READABLE_BY_ALL = 0o100644 << 16
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Sheet:
    """A table for the package, and its lines as CSV in blocks of bytes."""

    content: Content
    csv: Callable[[], Iterator[bytes]]


class _Outgoing:
    """Where the archive writes to: what has been written is taken away and sent."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def taken(self) -> bytes:
        whole = b"".join(self._blocks)
        self._blocks.clear()
        return whole


class _Packer:
    """Packs files one after the other and notes size, checksum and lines of each."""

    def __init__(self, stamp: Stamp) -> None:
        self.packed: dict[str, export_descriptions.Packed] = {}
        self._at = stamp.made_at.timetuple()[:6]

    def add(self, archive: ZipFile, outgoing: _Outgoing, name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pack one file; what can be sent already is given back."""
        info = ZipInfo(name, self._at)
        info.compress_type, info.external_attr = ZIP_DEFLATED, READABLE_BY_ALL
        digest, size, lines = hashlib.sha256(), 0, 0
        # How large it becomes is known at its end only.
        with archive.open(info, "w", force_zip64=True) as member:
            for block in blocks:
                member.write(block)
                digest.update(block)
                size += len(block)
                # Within a cell a line ends without the carriage return.
                lines += block.count(b"\r\n")
                if ready := outgoing.taken():
                    yield ready
        self.packed[name] = export_descriptions.Packed(size, digest.hexdigest(), lines)


def package(*, sheets: Sequence[Sheet], stamp: Stamp, lang: str) -> Generator[bytes, None, None]:
    """The archive in blocks. Tables come first: the other files tell their sizes, checksums and numbers of rows."""
    outgoing, packer = _Outgoing(), _Packer(stamp)
    contents = [sheet.content for sheet in sheets]
    with ZipFile(outgoing, "w") as archive:  # type: ignore[call-overload]  # what cannot be sought in is enough
        for name, blocks in _data(sheets, stamp):
            yield from packer.add(archive, outgoing, name, blocks)
        told = export_descriptions.csvw(contents, stamp=stamp, lang=lang)
        yield from packer.add(archive, outgoing, "csv-metadata.json", [_json(told)])
        for name, text in _words(sheets, stamp, packer):
            yield from packer.add(archive, outgoing, name, [text.encode()])
        described = export_descriptions.datapackage(contents, packer.packed, stamp=stamp, lang=lang)
        yield from packer.add(archive, outgoing, "datapackage.json", [_json(described)])
        sums = "".join(f"{one.sha256}  {name}\n" for name, one in packer.packed.items())
        yield from packer.add(archive, outgoing, SUMS, [sums.encode()])
    yield outgoing.taken()


def _data(sheets: Sequence[Sheet], stamp: Stamp) -> Iterator[tuple[str, Iterator[bytes]]]:
    for sheet in sheets:
        yield f"{sheet.content.name}.csv", sheet.csv()
    for sheet in sheets:
        if export_features.has_places(sheet.content):
            yield f"{sheet.content.name}.geojson", export_features.geojson(sheet.content, stamp=stamp)


def _words(sheets: Sequence[Sheet], stamp: Stamp, packer: _Packer) -> Iterator[tuple[str, str]]:
    """What is for people: version, licence and the read-mes."""
    yield "VERSION.txt", f"{stamp.version}\n"
    yield "LICENCE.txt", "\n".join(line for lang in CODES for line in (*export_readmes.licence_lines(stamp, lang), ""))
    names = [sheet.content.name for sheet in sheets]
    files = [(f"{name}.csv", name, packer.packed[f"{name}.csv"].lines - 1) for name in names]
    for lang in CODES:
        yield f"README.{lang}.txt", export_readmes.plain(stamp, lang, files=files)


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode()
