"""The sign-in form of the staff."""

from typing import Any

from flask_security import LoginForm


class SignInForm(LoginForm):
    """The library's form, without "remember me": desks in town halls are shared."""

    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever sends somebody a link to the sign-in must not choose the page that follows it.
        if not is_own_path(self.next.data):
            self.next.data = ""


def is_own_path(address: str | None) -> bool:
    """Whether this is a path on our own host, also for browsers that read `\\` as `/` and skip control characters."""
    address = address or ""
    return address[:1] == "/" and address[1:2] not in ("/", "\\") and address.isprintable()
