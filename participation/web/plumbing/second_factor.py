"""The second factor: codes of an app, each good once; recovery codes, kept as hashes; what is said when one changes."""

import hashlib
import hmac
from typing import Any

from flask import Flask, current_app, flash
from flask_babel import gettext
from flask_security import (
    MfRecoveryCodesUtil,
    tf_code_confirmed,
    tf_disabled,
    tf_profile_changed,
    wan_deleted,
    wan_registered,
)
from flask_security.totp import Totp

from participation.models.accounts import Account
from participation.settings import Settings
from participation.web.plumbing import codes, sign_in_mails
from participation.web.plumbing.sessions import db
from participation.web.plumbing.sign_in_options import derived


class Codes(Totp):
    """The codes of an authenticator app."""

    def get_last_counter(self, user: Any) -> int | None:
        """The half minute of the last code that was taken; that one and older ones are refused."""
        counter: int | None = user.totp_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """A code was taken."""
        user.totp_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The secret as an inline picture that an app can read."""
        return codes.inline(self.get_totp_uri(username, totp))


class RecoveryCodes(MfRecoveryCodesUtil):
    """Ten codes for the day on which the telephone is gone; shown once, and each good once."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New ones in place of the old ones."""
        made: list[str] = current_app.extensions["security"].totp_factory.generate_recovery_codes(
            current_app.config["SECURITY_MULTI_FACTOR_RECOVERY_CODES_N"]
        )
        user.mf_recovery_codes = [_hash(code) for code in made]
        sign_in_mails.tell_change(user)
        return made

    def get_recovery_codes(self, user: Any) -> list[str]:
        """None can be shown a second time."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether it is one that is left."""
        return _hash(code) in (user.mf_recovery_codes or [])

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Use it up."""
        if user.mf_recovery_codes and self.check_recovery_code(user, code):
            user.mf_recovery_codes.remove(_hash(code))
            return True
        return False


def init(app: Flask) -> None:
    """Tell people by mail when their second factor changes, and on the page what to do next."""
    for changed in (tf_profile_changed, tf_disabled, wan_registered, wan_deleted):
        changed.connect(_changed, app)
    tf_code_confirmed.connect(_confirmed, app)


def _changed(_app: Flask, user: Any, **_details: Any) -> None:
    account: Account = getattr(user, "_get_current_object", lambda: user)()
    sign_in_mails.tell_change(account)
    _advise(account)


def _confirmed(_app: Flask, user: Account, **_details: Any) -> None:
    _advise(user)


def _advise(account: Account) -> None:
    db.flush()
    if account.has_second_factor and not account.mf_recovery_codes:
        flash(gettext("Please make recovery codes now, under “My account”. They let you in if you lose your device."))


def _hash(code: str) -> str:
    settings: Settings = current_app.extensions["participation_settings"]
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hmac.new(derived(settings.secret_key, "recovery").encode(), plain.encode(), hashlib.sha256).hexdigest()
