"""From the file somebody sends as a photo to two plain JPEG pictures; pure.

Nothing of the file itself is kept: it is decoded, turned upright, scaled and drawn anew, so that no metadata, no
profile and nothing that was hidden behind the picture survives.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore

import pillow_heif
from PIL import Image, ImageCms, UnidentifiedImageError

from participation.errors import Invalid

LARGE, SMALL = 1600, 480
QUALITY = 82
# How many pixels a file may claim before any of them is decoded. The drafts of JPEG and the planes of HEIF need half
# the memory of the others.
MOST_PIXELS = {"JPEG": 60_000_000, "MPO": 60_000_000, "HEIF": 60_000_000, "PNG": 30_000_000, "WEBP": 20_000_000}
LONGEST_EDGE = 20_000
# A progressive JPEG is drawn in passes over all its pixels; a file of a few kilobytes may ask for thousands.
MOST_PASSES, MOST_DRAWN = 64, 700_000_000
# One picture at a time in each process, so that a school class does not fill the memory.
TURN_SECONDS = 20
_turn = BoundedSemaphore(1)
_SRGB = ImageCms.createProfile("sRGB")
# EXIF counts the ways a camera can be held from 1, upright, to 8.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112

# What is shown is the first picture of a file; previews, depth and the like are not even looked at.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
# `_check_size` is stricter, and a warning on the error stream helps nobody.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Picture:
    """A photo drawn anew: both versions as JPEG, the pixels of the large one, and a hash of the file it came from."""

    large: bytes
    small: bytes
    width: int
    height: int
    source_hash: str


@dataclass(frozen=True)
class Box:
    """A part of a picture, in thousandths of its width and height from its upper left corner."""

    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        """Raises ValueError for what is not inside the picture."""
        inside = 0 <= self.left < 1000 and 0 <= self.top < 1000 and self.width > 0 and self.height > 0
        if not inside or self.left + self.width > 1000 or self.top + self.height > 1000:
            raise ValueError("a box is not inside the picture")


def covered(stored: bytes, boxes: Sequence[Box]) -> Picture:
    """A stored picture with black boxes drawn over parts of it; what was there is in no pixel of it."""
    with Image.open(BytesIO(stored), formats=("JPEG",)) as image:
        large = image.convert("RGB")
    for box in boxes:
        # Rounded outwards: no edge of what is hidden shows.
        left, top = box.left * large.width // 1000, box.top * large.height // 1000
        right = -(-(box.left + box.width) * large.width // 1000)
        bottom = -(-(box.top + box.height) * large.height // 1000)
        large.paste((0, 0, 0), (left, top, right, bottom))
    return _picture(large, stored)


def redraw(source: bytes) -> Picture:
    """The picture in a JPEG, PNG, WebP or HEIC file.

    Raises Invalid: photo_unreadable (no picture of these kinds), photo_broken, photo_moving, photo_too_many_pixels,
    and photo_busy where others wait already.
    """
    if not _turn.acquire(timeout=TURN_SECONDS):
        raise Invalid("photo_busy")
    try:
        large = _drawn(source)
    finally:
        _turn.release()
    return _picture(large, source)


def _picture(large: Image.Image, source: bytes) -> Picture:
    small = large.resize(fitted(large.size, SMALL), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Picture(
        large=_jpeg(large),
        small=_jpeg(small),
        width=large.width,
        height=large.height,
        source_hash=hashlib.sha256(source).hexdigest(),
    )


def fitted(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Width and height in the same proportion with a long edge of at most so many pixels."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _drawn(source: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(source), formats=("JPEG", "PNG", "WEBP", "HEIF")) as image:
            _check_size(image, source)
            # JPEG can be decoded at a half, a quarter or an eighth of its size.
            image.draft(None, fitted(image.size, LARGE))
            image.load()
            return _upright(_flat(_scaled(image), image.info.get("icc_profile")), _orientation(image))
    except Invalid:
        raise
    except UnidentifiedImageError:
        raise Invalid("photo_unreadable") from None
    except Exception:
        # The decoders of four formats raise whatever a broken file makes them stumble over.
        raise Invalid("photo_broken") from None


def _check_size(image: Image.Image, source: bytes) -> None:
    """Refuse what would cost too much, by what the head of the file says; nothing has been decoded yet."""
    pixels, kind = image.width * image.height, image.format or ""
    if max(image.size) > LONGEST_EDGE or pixels > MOST_PIXELS[kind]:
        raise Invalid("photo_too_many_pixels", most=MOST_PIXELS[kind] // 1_000_000)
    if kind in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise Invalid("photo_moving")
    passes = source.count(b"\xff\xda") if kind in ("JPEG", "MPO") else 0
    if passes > MOST_PASSES or passes * pixels > MOST_DRAWN:
        raise Invalid("photo_too_many_pixels", most=MOST_PIXELS[kind] // 1_000_000)


def _scaled(image: Image.Image) -> Image.Image:
    """At most LARGE, in a mode that can be scaled without harm."""
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode.startswith("I"):
        # 16 bits: the upper eight are the picture.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    return image.resize(fitted(image.size, LARGE), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _flat(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB, on white where it is transparent, and without anything that came with the file."""
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    opaque = image.convert("L" if image.mode == "LA" else "RGB") if alpha else image
    clean = Image.new("RGB", image.size, "white")
    clean.paste(_in_srgb(opaque, profile), mask=alpha)
    return clean


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, own, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            # A profile that cannot be used is no reason to refuse the photo.
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:
        # Broken metadata are no reason to refuse the photo either; they may break in any way.
        return 1
    return value if isinstance(value, int) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = UPRIGHT.get(orientation)
    return image.transpose(turn) if turn is not None else image


def _jpeg(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=QUALITY, progressive=True, optimize=True, subsampling="4:2:0")
    return written.getvalue()
