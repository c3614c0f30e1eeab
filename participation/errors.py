"""What a service may raise. `code` is a stable English word; web/ and cli/ turn it into a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class ServiceError(Exception):
    """Something a person asked for cannot be done."""

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True)
class Problem:
    """What is wrong with one form field: a stable code, and the figures its sentence needs."""

    code: str
    details: Mapping[str, object] = field(default_factory=dict)


class NotFound(ServiceError):
    """There is no such thing, or it is not this person's to see."""


class Gone(ServiceError):
    """It was public once and is not any more."""


class NotAllowed(ServiceError):
    """The person is known but may not do this."""


class Invalid(ServiceError):
    """A value breaks a rule; nothing was stored."""


class FormInvalid(Invalid):
    """A form breaks rules; `problems` names all of them by field, so that a person can mend them at once."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__("form_invalid")
        self.problems = dict(problems)


class Conflict(ServiceError):
    """Somebody else was faster: the thing is no longer in the state the person saw."""


class Unavailable(ServiceError):
    """A service of somebody else does not answer; the same may work in a minute."""
