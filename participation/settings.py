"""One frozen, typed object, read once from the environment: the only place that reads it."""

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from participation import mailboxes

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "PARTICIPATION_"
SECRET_MIN_LENGTH = 32
FRAME_SOURCE = re.compile(r"'self'|'none'|https?://[A-Za-z0-9.*-]+(:\d+)?")


class BadSetting(Exception):
    """A setting has a value the product cannot run with; the text is one line for the operator."""


@dataclass(frozen=True)
class Settings:
    """Everything an installation can set. Field `x` is read from `PARTICIPATION_X`, the port from `PORT`."""

    secret_key: str
    instance: Path
    database_url: str
    base_url: str
    port: int = 8000
    demo: bool = False
    frame_ancestors: str = "'self'"
    max_body_kb: int = 256
    photo_mb: int = 15
    import_mb: int = 50
    proof_work: int = 50_000
    sends_per_hour: int = 60
    sends_per_day: int = 300
    unproven_sends_per_hour: int = 10
    trusted_proxies: int = 0
    workers: int = 2
    threads: int = 4
    log_level: str = "INFO"
    relay_mb: int = 500
    smtp_url: str = ""
    mail_from: str = ""
    second_factor: str = "required"

    @property
    def https(self) -> bool:
        """Whether residents reach us by https; then cookies are secure and HSTS is sent."""
        return self.base_url.startswith("https://")

    @property
    def photos(self) -> Path:
        """The folder of the photos."""
        return self.instance / "photos"

    @property
    def imports(self) -> Path:
        """The private folder of files that wait to be imported."""
        return self.instance / "imports"

    @property
    def import_bytes(self) -> int:
        """How large a file for an import may be."""
        return self.import_mb * 1024 * 1024

    @property
    def photo_bytes(self) -> int:
        """How large the file of a photo may be."""
        return self.photo_mb * 1024 * 1024

    @property
    def basemaps(self) -> Path:
        """The folder of the cities' basemap archives."""
        return self.instance / "basemaps"

    @property
    def relayed(self) -> Path:
        """The folder of tiles that were fetched from the cities' map providers."""
        return self.instance / "relay"

    @property
    def exports(self) -> Path:
        """The folder in which downloads are written that cannot be sent as they grow; empty most of the time."""
        return self.instance / "exports"

    @property
    def mail(self) -> mailboxes.Server | Path:
        """Where mails go: to the mail server, or into a folder where none is set."""
        return mailboxes.server(self.smtp_url) if self.smtp_url else self.instance / "mail"

    @property
    def sender(self) -> str:
        """Who writes the mails; mails in the folder need no address of ours."""
        return mailboxes.sender(self.mail_from or "no-reply@localhost")


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises BadSetting with one clear line for the first bad value."""
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in _KNOWN)
    if unknown:
        raise BadSetting(f"{unknown[0]} is not a setting; known are {', '.join(sorted(NAMES))}")
    get = _reader(environ)
    demo = _flag("DEMO", get("DEMO", "0"))
    instance = Path(get("INSTANCE", str(ROOT / "instance"))).expanduser().absolute()
    port = _number("PORT", environ.get("PORT", "8000"), 1, 65535, prefix="")
    return Settings(
        secret_key=_secret(get("SECRET_KEY", ""), instance, demo=demo),
        instance=instance,
        database_url=_database_url(get("DATABASE_URL", f"sqlite:///{instance / 'participation.db'}")),
        base_url=_base_url(get("BASE_URL", f"http://127.0.0.1:{port}")),
        port=port,
        demo=demo,
        frame_ancestors=_frame_ancestors(get("FRAME_ANCESTORS", "'self'")),
        max_body_kb=_number("MAX_BODY_KB", get("MAX_BODY_KB", "256"), 16, 65536),
        photo_mb=_number("PHOTO_MB", get("PHOTO_MB", "15"), 1, 50),
        import_mb=_number("IMPORT_MB", get("IMPORT_MB", "50"), 1, 200),
        proof_work=_number("PROOF_WORK", get("PROOF_WORK", "50000"), 0, 1_000_000),
        sends_per_hour=_number("SENDS_PER_HOUR", get("SENDS_PER_HOUR", "60"), 1, 100_000),
        sends_per_day=_number("SENDS_PER_DAY", get("SENDS_PER_DAY", "300"), 1, 100_000),
        unproven_sends_per_hour=_number("UNPROVEN_SENDS_PER_HOUR", get("UNPROVEN_SENDS_PER_HOUR", "10"), 1, 100_000),
        trusted_proxies=_number("TRUSTED_PROXIES", get("TRUSTED_PROXIES", "0"), 0, 5),
        workers=_number("WORKERS", get("WORKERS", "2"), 1, 64),
        threads=_number("THREADS", get("THREADS", "4"), 1, 64),
        log_level=_choice("LOG_LEVEL", get("LOG_LEVEL", "INFO").upper(), ("DEBUG", "INFO", "WARNING", "ERROR")),
        relay_mb=_number("RELAY_MB", get("RELAY_MB", "500"), 1, 1_000_000),
        smtp_url=_checked("SMTP_URL", get("SMTP_URL", ""), mailboxes.server),
        second_factor=_choice(
            "SECOND_FACTOR", get("SECOND_FACTOR", "optional" if demo else "required").lower(), ("required", "optional")
        ),
        mail_from=_mail_from(get("MAIL_FROM", ""), needed=bool(get("SMTP_URL", ""))),
    )


NAMES = tuple("PORT" if name == "port" else PREFIX + name.upper() for name in Settings.__dataclass_fields__)
# Read by the test suite only, named here so that the refusal of unknown names does not stop it.
_KNOWN = {*NAMES, f"{PREFIX}REQUIRE_ALL", f"{PREFIX}TEST_DATA"}


def _reader(environ: Mapping[str, str]) -> Callable[[str, str], str]:
    return lambda name, default: environ.get(PREFIX + name, "").strip() or default


def _flag(name: str, value: str) -> bool:
    return _choice(name, value.lower(), ("0", "1", "false", "true", "no", "yes")) in ("1", "true", "yes")


def _number(name: str, value: str, low: int, high: int, *, prefix: str = PREFIX) -> int:
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise BadSetting(f"{prefix}{name} must be a whole number from {low} to {high}, not {value!r}")
    return int(value)


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise BadSetting(f"{PREFIX}{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def _database_url(value: str) -> str:
    scheme = value.split("://", maxsplit=1)[0]
    if scheme == "postgresql":
        return value.replace("postgresql://", "postgresql+psycopg://", 1)
    if "://" not in value or scheme not in ("sqlite", "postgresql+psycopg"):
        raise BadSetting(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://")
    return value


def _base_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        complete = False
    if not complete or parts.path.strip("/") or parts.query or parts.fragment:
        raise BadSetting(f"{PREFIX}BASE_URL must be like https://heat.example.org, without a path, not {value!r}")
    return f"{parts.scheme}://{parts.netloc}"


def _frame_ancestors(value: str) -> str:
    for source in value.split():
        if not FRAME_SOURCE.fullmatch(source):
            raise BadSetting(
                f"{PREFIX}FRAME_ANCESTORS takes 'self', 'none' or origins (https://worms.example), not {source!r}"
            )
    return value


def _checked(name: str, value: str, check: Callable[[str], object]) -> str:
    """The value, unless `check` refuses it; the refusal does not repeat the value, which may hold a password."""
    try:
        if value:
            check(value)
    except ValueError as error:
        raise BadSetting(f"{PREFIX}{name} {error}") from None
    return value


def _mail_from(value: str, *, needed: bool) -> str:
    if needed and not value:
        raise BadSetting(f"{PREFIX}MAIL_FROM must name the sender of mails, because {PREFIX}SMTP_URL is set")
    return _checked("MAIL_FROM", value, mailboxes.sender)


def _secret(value: str, instance: Path, *, demo: bool) -> str:
    file = instance / "demo-secret-key"
    # An instance that a demo has made is a demo for every later command too.
    if not value and (demo or file.is_file()):
        return _demo_secret(file)
    if len(value) < SECRET_MIN_LENGTH or len(set(value)) < 10:
        raise BadSetting(
            f"{PREFIX}SECRET_KEY must be random and at least {SECRET_MIN_LENGTH} characters long; make one with: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return value


def _demo_secret(file: Path) -> str:
    """The demo keeps its random secret in a file only its owner can read, so that links survive a restart."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file():
            _write_once(file, secrets.token_urlsafe(48))
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise BadSetting(f"{PREFIX}INSTANCE must be a folder we can write to: {error}") from None


def _write_once(file: Path, text: str) -> None:
    """Whole or not at all; of two processes that start together, both keep what the faster one wrote."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(text)
    with suppress(FileExistsError):
        os.link(draft, file)
    Path(draft).unlink()
