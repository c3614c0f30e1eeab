"""Settings: a sensible default for each, one clear line for each value the product cannot run with."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from participation import mailboxes
from participation.settings import NAMES, ROOT, BadSetting, Settings, from_environment

SECRET = "fjW8-q2LmZx9_Ty4RbV6nKc1HdPs0GuA"
DEFAULTS = {
    "instance": ROOT / "instance",
    "database_url": f"sqlite:///{ROOT / 'instance' / 'participation.db'}",
    "base_url": "http://127.0.0.1:8000",
    "port": 8000,
    "demo": False,
    "frame_ancestors": "'self'",
    "max_body_kb": 256,
    "photo_mb": 15,
    "import_mb": 50,
    "proof_work": 50_000,
    "sends_per_hour": 60,
    "sends_per_day": 300,
    "unproven_sends_per_hour": 10,
    "trusted_proxies": 0,
    "workers": 2,
    "threads": 4,
    "log_level": "INFO",
    "smtp_url": "",
    "mail_from": "",
    "second_factor": "required",
    "relay_mb": 500,
}
# The variable without its prefix, a value that is refused, a part of the reason.
REFUSED = [
    ("SECRET_KEY", "", "must be random"),
    ("SECRET_KEY", "short", "must be random"),
    ("SECRET_KEY", SECRET[:31], "at least 32"),
    ("SECRET_KEY", "abcabcabc" * 10, "must be random"),
    ("DATABASE_URL", "participation.db", "sqlite:/// or postgresql://"),
    ("DATABASE_URL", "mysql://localhost/x", "sqlite:/// or postgresql://"),
    ("DATABASE_URL", "sqlite", "sqlite:/// or postgresql://"),
    ("BASE_URL", "heat.example.org", "without a path"),
    ("BASE_URL", "ftp://heat.example.org", "without a path"),
    ("BASE_URL", "https://", "without a path"),
    ("BASE_URL", "https://heat.example.org/worms", "without a path"),
    ("BASE_URL", "https://heat.example.org/?x=1", "without a path"),
    ("BASE_URL", "https://[half", "without a path"),
    ("DEMO", "perhaps", "must be one of"),
    ("FRAME_ANCESTORS", "https://worms.example; script-src *", "takes 'self'"),
    ("FRAME_ANCESTORS", "*", "takes 'self'"),
    ("FRAME_ANCESTORS", "self", "takes 'self'"),
    ("MAX_BODY_KB", "15", "whole number from 16"),
    ("MAX_BODY_KB", "65537", "whole number from 16 to 65536"),
    ("PHOTO_MB", "0", "whole number from 1 to 50"),
    ("IMPORT_MB", "0", "1 to 200"),
    ("PHOTO_MB", "51", "whole number from 1 to 50"),
    ("PROOF_WORK", "-1", "whole number from 0"),
    ("PROOF_WORK", "1000001", "whole number from 0 to 1000000"),
    ("SENDS_PER_HOUR", "0", "whole number from 1"),
    ("SENDS_PER_DAY", "many", "whole number from 1"),
    ("UNPROVEN_SENDS_PER_HOUR", "0", "whole number from 1"),
    ("TRUSTED_PROXIES", "-1", "whole number from 0"),
    ("TRUSTED_PROXIES", "6", "whole number from 0 to 5"),
    ("WORKERS", "0", "whole number from 1"),
    ("WORKERS", "two", "whole number from 1"),
    ("THREADS", "1.5", "whole number from 1"),
    ("THREADS", "٣", "whole number from 1"),
    ("LOG_LEVEL", "LOUD", "must be one of"),
    ("SECOND_FACTOR", "sometimes", "must be one of required, optional"),
    ("SMTP_URL", "mail.example", "must be like smtps://"),
    ("SMTP_URL", "smtps://mail.example:x", "must be like smtps://"),
    ("SMTP_URL", "smtps://only-user@mail.example", "both a user and a password"),
    ("SMTP_URL", "smtp://user:secret@mail.example", "in the clear"),
    ("MAIL_FROM", "Worms", "must be like heat@city.example"),
    ("MAIL_FROM", "a@b.example\r\nBcc: c@d.example", "must be like heat@city.example"),
    ("RELAY_MB", "0", "whole number from 1"),
    ("RELAY_MB", "1e3", "whole number from 1"),
]
ACCEPTED = [
    ("INSTANCE", "/srv/heat", {"instance": Path("/srv/heat"), "database_url": "sqlite:////srv/heat/participation.db"}),
    ("INSTANCE", "~/heat", {"instance": Path.home() / "heat"}),
    ("DATABASE_URL", "postgresql://u:p@db/heat", {"database_url": "postgresql+psycopg://u:p@db/heat"}),
    ("DATABASE_URL", "postgresql+psycopg://db/heat", {"database_url": "postgresql+psycopg://db/heat"}),
    ("DATABASE_URL", "sqlite:////tmp/a.db", {"database_url": "sqlite:////tmp/a.db"}),
    ("BASE_URL", "https://heat.example.org/", {"base_url": "https://heat.example.org", "https": True}),
    ("BASE_URL", "http://localhost:8080", {"base_url": "http://localhost:8080", "https": False}),
    ("DEMO", "yes", {"demo": True}),
    ("DEMO", "False", {"demo": False}),
    ("FRAME_ANCESTORS", "'none'", {"frame_ancestors": "'none'"}),
    (
        "FRAME_ANCESTORS",
        "'self' https://*.worms.example https://metz.example:8443",
        {"frame_ancestors": "'self' https://*.worms.example https://metz.example:8443"},
    ),
    ("MAX_BODY_KB", "16", {"max_body_kb": 16}),
    ("PHOTO_MB", "1", {"photo_mb": 1, "photo_bytes": 1024 * 1024}),
    ("PROOF_WORK", "0", {"proof_work": 0}),
    ("SENDS_PER_HOUR", "1", {"sends_per_hour": 1}),
    ("TRUSTED_PROXIES", "5", {"trusted_proxies": 5}),
    ("WORKERS", "64", {"workers": 64}),
    ("THREADS", " 8 ", {"threads": 8}),
    ("MAIL_FROM", "heat@worms.example", {"sender": "heat@worms.example"}),
    ("LOG_LEVEL", "debug", {"log_level": "DEBUG"}),
    ("SECOND_FACTOR", "Optional", {"second_factor": "optional"}),
    ("RELAY_MB", "20000", {"relay_mb": 20_000}),
]


def read(**changed: str) -> Settings:
    """From an environment with a good secret; names are without their prefix."""
    values = {"SECRET_KEY": SECRET} | changed
    return from_environment({f"PARTICIPATION_{name}": value for name, value in values.items()})


def test_the_defaults() -> None:
    settings = read()
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS
    assert settings.secret_key == SECRET
    assert set(DEFAULTS) | {"secret_key"} == {*Settings.__dataclass_fields__}


def test_an_empty_value_is_the_default() -> None:
    assert read(WORKERS="", BASE_URL=" ") == read()


@pytest.mark.parametrize(("name", "value", "expected"), ACCEPTED)
def test_what_is_accepted(name: str, value: str, expected: dict[str, object]) -> None:
    settings = read(**{name: value})
    assert {field: getattr(settings, field) for field in expected} == expected


@pytest.mark.parametrize(("name", "value", "reason"), REFUSED)
def test_what_is_refused_with_one_line_that_names_it(name: str, value: str, reason: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read(**{name: value})
    message = str(caught.value)
    assert message.startswith(f"PARTICIPATION_{name} ")
    assert reason in message
    assert "\n" not in message


def test_every_setting_has_a_refusal_or_cannot_be_wrong() -> None:
    tried = {name for name, _, _ in REFUSED}
    assert {name.removeprefix("PARTICIPATION_") for name in NAMES} - tried == {"INSTANCE", "PORT"}


def test_a_secret_is_not_repeated_in_its_refusal() -> None:
    with pytest.raises(BadSetting) as caught:
        read(SECRET_KEY="my-bad-secret")
    assert "my-bad-secret" not in str(caught.value)


def test_a_password_in_the_address_of_the_database_is_not_repeated() -> None:
    with pytest.raises(BadSetting) as caught:
        read(DATABASE_URL="mysql://heat:hunter2@db/heat")
    assert "hunter2" not in str(caught.value)


def test_a_password_of_the_mail_server_is_not_repeated() -> None:
    for value in ("smtp://u:hunter2@mail.example", "smtps://u:hun/ter2@mail.example", "smtps://hunter2@x", "x:hunter2"):
        with pytest.raises(BadSetting) as caught:
            read(SMTP_URL=value)
        assert "hun" not in str(caught.value)


def test_a_mail_server_needs_a_sender() -> None:
    with pytest.raises(BadSetting, match=r"^PARTICIPATION_MAIL_FROM must name the sender"):
        read(SMTP_URL="smtps://mail.example")


def test_mails_go_to_the_server_or_into_the_folder() -> None:
    settings = read(SMTP_URL="smtps://mail.example", MAIL_FROM="Worms <heat@worms.example>")
    assert settings.mail == mailboxes.Server("smtps", "mail.example", 465)
    assert settings.sender == "Worms <heat@worms.example>"
    assert read(INSTANCE="/srv/heat").mail == Path("/srv/heat/mail")
    assert read().sender == "no-reply@localhost"


def test_the_port_has_the_name_that_hosts_give_it() -> None:
    environment = {"PARTICIPATION_SECRET_KEY": SECRET, "PORT": "8080"}
    settings = from_environment(environment)
    assert (settings.port, settings.base_url) == (8080, "http://127.0.0.1:8080")
    for bad in ("0", "65536", "http"):
        with pytest.raises(BadSetting, match=r"^PORT must be a whole number from 1 to 65535"):
            from_environment(environment | {"PORT": bad})


def test_a_misspelt_name_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(BadSetting, match=r"^PARTICIPATION_WORKER is not a setting; known are") as caught:
        read(WORKER="2")
    assert "PARTICIPATION_WORKERS" in str(caught.value)


def test_the_demo_makes_its_own_secret_once(tmp_path: Path) -> None:
    first, second = (read(DEMO="1", SECRET_KEY="", INSTANCE=str(tmp_path / "new")) for _ in range(2))
    assert len(first.secret_key) >= 64
    assert first.secret_key == second.secret_key
    [file] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Commands on the demo's folder do not need to say again that it is one.
    assert read(SECRET_KEY="", INSTANCE=str(tmp_path / "new")).secret_key == first.secret_key
    assert read(DEMO="1", SECRET_KEY="", INSTANCE=str(tmp_path / "other")).secret_key != first.secret_key


def test_a_weak_secret_is_refused_even_for_the_demo() -> None:
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        read(DEMO="1", SECRET_KEY="demo")


def test_an_instance_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match=r"^PARTICIPATION_INSTANCE must be a folder we can write to"):
        read(DEMO="1", SECRET_KEY="", INSTANCE=str(tmp_path / "file" / "instance"))


def test_settings_do_not_change() -> None:
    with pytest.raises(AttributeError):
        read().workers = 3  # type: ignore[misc]


def test_a_bad_value_stops_the_start_with_one_line() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARTICIPATION_")}
    environment |= {"PARTICIPATION_SECRET_KEY": SECRET, "PARTICIPATION_WORKERS": "many"}
    command = [sys.executable, "-c", "import wsgi"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "participation: PARTICIPATION_WORKERS must be a whole number from 1 to 64, not 'many'\n"
