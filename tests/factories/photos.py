"""Pictures as people and others send them, and photos as they are stored."""

import struct
import zlib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from sqlalchemy.orm import Session

from participation import pictures
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.services import photos
from tests.factories.submissions import NOW

# A word that no picture holds by chance; whatever carries it through must not arrive.
SECRET = "Musterweg-17"
GPS = 0x8825
RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 180, 20), (20, 20, 220), (250, 250, 250)


def drawn(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Four corners in four colours, so that it can be told which way is up: red, green, blue, white by rows."""
    image = Image.new("RGB", (width, height))
    halves = (width + 1) // 2, (height + 1) // 2
    for colour, corner in ((RED, (0, 0)), (GREEN, (1, 0)), (BLUE, (0, 1)), (WHITE, (1, 1))):
        image.paste(colour, (corner[0] * halves[0], corner[1] * halves[1], width, height))
    return image.convert(mode)


def encoded(image: Image.Image | None = None, kind: str = "JPEG", **options: Any) -> bytes:
    """The file of a picture."""
    written = BytesIO()
    (image or drawn()).save(written, kind, **options)
    return written.getvalue()


def exif(orientation: int = 1, **more: Any) -> bytes:
    """What a camera notes: how it was held, who it belongs to, and where it was (in Worms)."""
    noted = Image.Exif()
    noted[0x0112] = orientation
    noted[0x013B] = noted[0x010F] = SECRET
    noted[GPS] = {1: "N", 2: (49.0, 37.0, 53.0), 3: "E", 4: (8.0, 21.0, 56.0)}
    return noted.tobytes()


def profile() -> bytes:
    """A colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def with_everything(kind: str = "JPEG", orientation: int = 1) -> bytes:
    """A picture with all the metadata that its kind can carry."""
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{SECRET}</rdf:RDF></x:xmpmeta>'.encode()
    options: dict[str, Any] = {"exif": exif(orientation), "icc_profile": profile()}
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Comment", SECRET)
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
        return encoded(kind=kind, pnginfo=text, **options)
    if kind == "JPEG":
        options["comment"] = SECRET
    return encoded(kind=kind, xmp=packet, **options)


def claiming(width: int, height: int) -> bytes:
    """A small PNG that says it is huge."""
    file = bytearray(encoded(kind="PNG"))
    file[16:24] = struct.pack(">II", width, height)
    # The checksum of the head covers its name too.
    file[29:33] = struct.pack(">I", zlib.crc32(file[12:29]))
    return bytes(file)


def many_passes(times: int) -> bytes:
    """A progressive JPEG whose last pass stands in the file again and again."""
    file = encoded(drawn(640, 480), progressive=True)
    start, end = file.rindex(b"\xff\xda"), file.rindex(b"\xff\xd9")
    return file[:end] + file[start:end] * times + file[end:]


def picture(width: int = 64, height: int = 48) -> pictures.Picture:
    """A picture that is ready to be stored."""
    return pictures.redraw(encoded(drawn(width, height)))


def make(session: Session, folder: Path, submission: Submission | None = None, *, now: datetime = NOW) -> Photo:
    """A stored photo, of a submission or still waiting for its form."""
    return photos.keep(session, folder=folder, picture=picture(), submission=submission, now=now)
