"""Whatever is sent as a photo becomes a plain upright JPEG or is refused with a reason; nothing else comes through."""

import struct
import subprocess
import sys
import threading
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from participation import pictures
from participation.errors import Invalid
from participation.pictures import LARGE, LONGEST_EDGE, SMALL, Picture, fitted, redraw
from participation.settings import ROOT
from tests.factories.photos import (
    BLUE,
    GPS,
    GREEN,
    RED,
    SECRET,
    WHITE,
    claiming,
    drawn,
    encoded,
    many_passes,
    profile,
    with_everything,
)

KINDS = ("JPEG", "PNG", "WEBP", "HEIF")
UPRIGHT_CORNERS = [RED, GREEN, BLUE, WHITE]
# Where the upright corners lie in a picture for which a camera notes this orientation.
HELD = {
    1: (0, 1, 2, 3),
    2: (1, 0, 3, 2),
    3: (3, 2, 1, 0),
    4: (2, 3, 0, 1),
    5: (0, 2, 1, 3),
    6: (1, 3, 0, 2),
    7: (3, 1, 2, 0),
    8: (2, 0, 3, 1),
}
TRACES = [SECRET.encode(), b"Exif", b"GPS", b"ICC_PROFILE", b"http://ns.adobe.com", b"xmpmeta", b"Adobe", b"Photoshop"]
# The segments that a plain progressive JPEG needs: head, tables, frame, scans, end. No comment, no other application's.
PLAIN = {0xE0, 0xDB, 0xC2, 0xC4, 0xDA}


def opened(file: bytes) -> Image.Image:
    image = Image.open(BytesIO(file))
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours of the four quarters, by rows."""
    width, height = image.size
    return [
        image.convert("RGB").getpixel((width * x // 4, height * y // 4))  # type: ignore[misc]
        for y in (1, 3)
        for x in (1, 3)
    ]


def is_near(found: list[tuple[int, ...]], expected: list[tuple[int, ...]], most: int = 12) -> bool:
    """JPEG changes colours a little."""
    return all(
        abs(a - b) <= most for one, other in zip(found, expected, strict=True) for a, b in zip(one, other, strict=True)
    )


def segments(file: bytes) -> set[int]:
    """The kinds of segments of a JPEG up to its first scan."""
    found, at = set(), 2
    while file[at + 1] != 0xDA:
        assert file[at] == 0xFF
        found.add(file[at + 1])
        at += 2 + struct.unpack(">H", file[at + 2 : at + 4])[0]
    return found | {0xDA}


def is_plain(picture: Picture) -> bool:
    """Whether both versions are JPEGs of the right size without anything but the picture."""
    for file, edge in ((picture.large, LARGE), (picture.small, SMALL)):
        image = opened(file)
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert max(image.size) <= edge
        assert {*image.info} <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert not image.getexif()
        assert segments(file) <= PLAIN
        assert file.endswith(b"\xff\xd9")
        assert [trace for trace in TRACES if trace in file] == []
    return opened(picture.large).size == (picture.width, picture.height)


def reason(file: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        redraw(file)
    return caught.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_becomes_a_plain_jpeg(kind: str) -> None:
    source = with_everything(kind)
    assert SECRET.encode() in source
    picture = redraw(source)
    assert is_plain(picture)
    assert is_near(corners(opened(picture.large)), UPRIGHT_CORNERS, most=40 if kind == "HEIF" else 12)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", HELD)
def test_it_is_turned_as_the_camera_was_held(orientation: int, kind: str) -> None:
    """The picture is drawn as the sensor saw it; the note says how to turn it."""
    upright = drawn()
    width, height = upright.size
    seen = Image.new("RGB", (height, width) if orientation > 4 else (width, height))
    quarters = [upright.crop((x, y, x + 32, y + 24)) for y in (0, 24) for x in (0, 32)]
    for place, quarter in enumerate(HELD[orientation]):
        size = (24, 32) if orientation > 4 else (32, 24)
        seen.paste(quarters[quarter].resize(size), (place % 2 * size[0], place // 2 * size[1]))
    noted = Image.Exif()
    noted[0x0112] = orientation
    picture = redraw(encoded(seen, kind, exif=noted.tobytes(), quality=95))
    assert (picture.width, picture.height) == (width, height)
    assert is_near(corners(opened(picture.large)), UPRIGHT_CORNERS, most=40)
    assert is_near(corners(opened(picture.small)), UPRIGHT_CORNERS, most=40)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_note_that_means_nothing_turns_nothing(orientation: int) -> None:
    noted = Image.Exif()
    noted[0x0112] = orientation
    assert is_near(corners(opened(redraw(encoded(exif=noted.tobytes())).large)), UPRIGHT_CORNERS)


def test_a_heic_turned_by_its_own_means_is_turned_once() -> None:
    """Such files say it twice: in their own way and in the camera's note, which does not count."""
    picture = redraw(with_everything("HEIF", orientation=6))
    shown = opened(encoded(opened(with_everything("HEIF", orientation=6)).convert("RGB"), "PNG"))
    assert (picture.width, picture.height) == shown.size == (48, 64)
    assert is_near(corners(opened(picture.large)), corners(shown), most=40)


@pytest.mark.parametrize(
    ("width", "height"), [(4032, 3024), (3024, 4032), (1601, 20), (1600, 1200), (640, 480), (1, 1)]
)
def test_the_long_edge_is_at_most_1600_and_nothing_grows(width: int, height: int) -> None:
    picture = redraw(encoded(Image.new("RGB", (width, height), RED)))
    assert (picture.width, picture.height) == fitted((width, height), 1600)
    assert opened(picture.small).size == fitted((width, height), 480)
    assert is_plain(picture)


@given(st.integers(1, LONGEST_EDGE), st.integers(1, LONGEST_EDGE), st.integers(1, 2000))
def test_scaling_keeps_the_proportion(width: int, height: int, edge: int) -> None:
    w, h = fitted((width, height), edge)
    assert 1 <= max(w, h) <= max(1, edge)
    assert (w, h) == (width, height) or max(w, h) == edge
    assert abs(w / max(w, h) - width / max(width, height)) <= 1 / max(w, h)


MODES = {
    "grey": ("PNG", "L", {}),
    "grey with alpha": ("PNG", "LA", {}),
    "black and white": ("PNG", "1", {}),
    "palette": ("PNG", "P", {}),
    "palette with alpha": ("PNG", "P", {"transparency": 0}),
    "alpha": ("PNG", "RGBA", {}),
    "16 bit": ("PNG", "I;16", {}),
    "cmyk": ("JPEG", "CMYK", {}),
    "grey jpeg": ("JPEG", "L", {}),
    "grey webp": ("WEBP", "L", {}),
    "alpha webp": ("WEBP", "RGBA", {}),
    "interlaced": ("PNG", "RGB", {"interlace": 1}),
    "a grey profile in a colour picture": ("JPEG", "RGB", {"icc_profile": b"x" * 200}),
}


@pytest.mark.parametrize("what", MODES)
def test_every_way_to_keep_colours_is_understood(what: str) -> None:
    kind, mode, options = MODES[what]
    image = Image.new("I;16", (64, 48), 128 * 256) if mode == "I;16" else drawn(mode=mode)
    picture = redraw(encoded(image, kind, **options))
    assert is_plain(picture)
    if mode == "I;16":
        assert is_near(corners(opened(picture.large)), [(128, 128, 128)] * 4)
    elif mode in ("RGB", "RGBA", "CMYK"):
        assert is_near(corners(opened(picture.large)), UPRIGHT_CORNERS, most=40)


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    assert is_near(corners(opened(redraw(encoded(clear, "PNG")).large)), [(255, 255, 255)] * 4)


def test_colours_are_those_of_the_profile() -> None:
    """A picture in the colours of another device looks the same without its profile."""
    plain, noted = (redraw(encoded(**options)) for options in ({}, {"icc_profile": profile()}))
    assert is_near(corners(opened(plain.large)), corners(opened(noted.large)), most=3)


HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'


def zipped() -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("photo.jpg", encoded())
    return written.getvalue()


def moving(kind: str) -> bytes:
    return encoded(drawn(), kind, save_all=True, append_images=[drawn().rotate(180)], duration=100)


REFUSED = {
    "nothing": (b"", "photo_unreadable"),
    "a page": (HTML, "photo_unreadable"),
    "a drawing that runs scripts": (SVG, "photo_unreadable"),
    "an archive": (zipped(), "photo_unreadable"),
    "a document": (b"%PDF-1.7\n" + bytes(500), "photo_unreadable"),
    "a program": (b"\x7fELF" + bytes(500), "photo_unreadable"),
    "a kind we do not take": (encoded(kind="GIF"), "photo_unreadable"),
    "another": (encoded(kind="TIFF"), "photo_unreadable"),
    "and another": (encoded(kind="BMP"), "photo_unreadable"),
    "a head of a jpeg": (b"\xff\xd8\xff\xe0" + bytes(40), None),
    "a head of a png": (b"\x89PNG\r\n\x1a\n" + bytes(40), None),
    "a head of a webp": (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40), None),
    "a head of a heic": (b"\x00\x00\x00\x18ftypheic" + bytes(40), None),
    "a page behind the head of a png": (b"\x89PNG\r\n\x1a\n" + HTML, None),
    "half a jpeg": (encoded(drawn(400, 300))[:-800], "photo_broken"),
    "half a png": (encoded(drawn(400, 300), "PNG")[:-400], "photo_broken"),
    "half a webp": (encoded(drawn(400, 300), "WEBP", lossless=True)[:-60], None),
    "half a heic": (encoded(drawn(400, 300), "HEIF")[:-200], "photo_broken"),
    "a moving png": (moving("PNG"), "photo_moving"),
    "a moving webp": (moving("WEBP"), "photo_moving"),
    "a bomb": (claiming(50_000, 50_000), "photo_too_many_pixels"),
    "a bomb that is not square": (claiming(2_000_000_000, 2_000_000_000), "photo_too_many_pixels"),
    "a thread": (encoded(Image.new("L", (1, 100_000)), "PNG"), "photo_too_many_pixels"),
    "a ribbon": (encoded(Image.new("L", (60_000, 1))), "photo_too_many_pixels"),
    "a thousand passes": (many_passes(1000), "photo_too_many_pixels"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_photo_is_refused_with_a_reason(what: str) -> None:
    file, code = REFUSED[what]
    found = reason(file)
    assert found == code or (code is None and found in ("photo_unreadable", "photo_broken"))


@pytest.mark.parametrize("hidden", [HTML, SVG, zipped(), b"<?php system($_GET[0]); ?>"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_hides_behind_a_photo_does_not_come_along(kind: str, hidden: bytes) -> None:
    picture = redraw(encoded(kind=kind) + hidden)
    assert is_plain(picture)
    for file in (picture.large, picture.small):
        assert hidden[:20] not in file
        assert not zipfile.is_zipfile(BytesIO(file))


@given(st.binary(max_size=400))
def test_no_bytes_break_anything(file: bytes) -> None:
    assert reason(file) in ("photo_unreadable", "photo_broken")


@given(st.sampled_from(KINDS), st.data())
def test_no_damage_breaks_anything(kind: str, data: st.DataObject) -> None:
    """Bytes changed anywhere in a real file: a photo, or one of our reasons."""
    file = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Invalid):
        assert is_plain(redraw(bytes(file)))


WHOLE = {kind: with_everything(kind) for kind in KINDS}


# The library warns where a photo's notes are broken; the photo is fine.
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_metadata_is_no_reason_to_refuse() -> None:
    noted = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + bytes(20)
    assert is_plain(redraw(encoded(exif=noted)))


def test_the_same_file_has_the_same_hash_and_another_has_another() -> None:
    one, again, other = (redraw(file).source_hash for file in (encoded(), encoded(), encoded(kind="PNG")))
    assert one == again != other


def test_one_at_a_time_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "TURN_SECONDS", 0.05)
    with pictures._turn:
        found: list[str] = []
        other = threading.Thread(target=lambda: found.append(reason(encoded())))
        other.start()
        other.join()
    assert found == ["photo_busy"]
    assert is_plain(redraw(encoded()))


def test_a_refused_file_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "TURN_SECONDS", 0.05)
    for _ in range(3):
        assert reason(HTML) == "photo_unreadable"
    assert is_plain(redraw(encoded()))


def test_real_photos_leave_nothing_behind(shared_data: Path) -> None:
    files = sorted((shared_data / "photos").iterdir())
    assert files
    for file in files:
        source = file.read_bytes()
        picture = redraw(source)
        assert is_plain(picture), file.name
    held = next(file for file in files if "landscape_6" in file.name)
    picture = redraw(held.read_bytes())
    assert picture.width > picture.height


@pytest.mark.parametrize("city", ["worms", "metz"])
def test_where_a_real_photo_was_taken_is_gone(city: str, shared_data: Path) -> None:
    source = (shared_data / "photos" / f"derived_gps_in_{city}.jpg").read_bytes()
    assert opened(source).getexif().get_ifd(GPS)
    for file in (redraw(source).large, redraw(source).small):
        assert not opened(file).getexif().get_ifd(GPS)


MEASURE = """
import resource, sys
from participation import pictures
file = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pictures.redraw(file)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("kind", "size", "most"), [("JPEG", (8064, 6048), 120), ("PNG", (6400, 4600), 350), ("WEBP", (5100, 3900), 400)]
)
def test_the_largest_photos_need_a_bounded_amount_of_memory(kind: str, size: tuple[int, int], most: int) -> None:
    """In megabytes, in a process of its own; decoded whole and copied once, the first would need 290."""
    mode = "RGB" if kind == "JPEG" else "RGBA"
    file = encoded(drawn(*size, mode=mode), kind)
    command = [sys.executable, "-c", MEASURE]
    done = subprocess.run(command, cwd=ROOT, input=file, capture_output=True, check=True, timeout=60)
    assert int(done.stdout) < most
