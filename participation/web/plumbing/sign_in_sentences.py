"""Every sentence that the library for signing in may say, in our words: its own catalogues are not complete."""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext


def sentences() -> dict[str, Any]:
    """The sentences as the library's configuration takes them, each with its kind."""
    texts = _texts_of_sign_in() | _texts_of_passwords() | _texts_of_second_factor() | _texts_of_passkeys()
    return {f"SECURITY_MSG_{code}": text for code, text in texts.items()}


def speak_only_ours(app: Flask) -> None:
    """Whatever else the library might say is English in some languages: then one sentence of ours is said instead."""
    theirs = [
        code for code, text in app.config.items() if code.startswith("SECURITY_MSG_") and isinstance(text[0], str)
    ]
    for code in theirs:
        app.config[code] = (lazy_gettext("That did not work. Please try again."), app.config[code][1])


def _texts_of_sign_in() -> dict[str, Any]:
    no_match = lazy_gettext("The e-mail address and the password do not match.")
    return {
        "GENERIC_AUTHN_FAILED": (no_match, "error"),
        "USER_DOES_NOT_EXIST": (no_match, "error"),
        "DISABLED_ACCOUNT": (no_match, "error"),
        "API_ERROR": (lazy_gettext("Something in the form is not right. Please try again."), "error"),
        "INVALID_INPUT": (lazy_gettext("Something in the form is not right. Please try again."), "error"),
        "INVALID_INPUT_LENGTH": (lazy_gettext("This is too long."), "error"),
        "INVALID_REDIRECT": (lazy_gettext("Something in the address or the form is not right."), "error"),
        "UNAUTHENTICATED": (lazy_gettext("Please sign in first."), "info"),
        "REAUTHENTICATION_REQUIRED": (lazy_gettext("Please enter your password once more to change this."), "info"),
        "REAUTHENTICATION_SUCCESSFUL": (lazy_gettext("Thank you. Please go on."), "success"),
        "ANONYMOUS_USER_REQUIRED": (lazy_gettext("You are signed in already."), "info"),
    }


def _texts_of_passwords() -> dict[str, Any]:
    reset_sent = lazy_gettext(
        "If there is an account for %(email)s, a mail with a link is on its way. The link works for one hour."
    )
    over = lazy_gettext("This link does not work any more. Please ask for a new one.")
    return {
        "EMAIL_NOT_PROVIDED": (lazy_gettext("Please enter an e-mail address."), "error"),
        "INVALID_EMAIL_ADDRESS": (lazy_gettext("This is not an e-mail address."), "error"),
        "PASSWORD_NOT_PROVIDED": (lazy_gettext("Please enter a password."), "error"),
        "INVALID_PASSWORD": (lazy_gettext("This is not your password."), "error"),
        "RETYPE_PASSWORD_MISMATCH": (lazy_gettext("The two passwords are not the same."), "error"),
        "PASSWORD_IS_THE_SAME": (lazy_gettext("This is your password already. Please choose another one."), "error"),
        "PASSWORD_RESET_REQUEST": (reset_sent, "info"),
        "PASSWORD_RESET_EXPIRED": (over, "error"),
        "INVALID_RESET_PASSWORD_TOKEN": (over, "error"),
        "PASSWORD_RESET_NO_LOGIN": (lazy_gettext("You have a new password. Please sign in with it."), "success"),
        "PASSWORD_CHANGE": (
            lazy_gettext("You have a new password. You are signed out everywhere else."),
            "success",
        ),
    }


def _texts_of_second_factor() -> dict[str, Any]:
    return {
        "INVALID_RECOVERY_CODE": (lazy_gettext("This is none of your recovery codes that are left."), "error"),
        "TWO_FACTOR_INVALID_TOKEN": (
            lazy_gettext("This code is not right, or it is too old. Please enter the one that the app shows now."),
            "error",
        ),
        "TWO_FACTOR_LOGIN_SUCCESSFUL": (lazy_gettext("You are signed in."), "success"),
        "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (lazy_gettext("Your authenticator app is set up."), "success"),
        "TWO_FACTOR_PERMISSION_DENIED": (lazy_gettext("That took too long. Please sign in again."), "error"),
        "TWO_FACTOR_METHOD_NOT_AVAILABLE": (
            lazy_gettext("Something in the form is not right. Please try again."),
            "error",
        ),
        "TWO_FACTOR_DISABLED": (lazy_gettext("The authenticator app is no longer needed to sign in."), "success"),
        "TWO_FACTOR_SETUP_EXPIRED": (lazy_gettext("That took too long. Please begin again."), "error"),
    }


def _texts_of_passkeys() -> dict[str, Any]:
    unknown = lazy_gettext("This passkey does not belong to your account.")
    return {
        "WEBAUTHN_EXPIRED": (lazy_gettext("That took too long. Please begin again."), "error"),
        "WEBAUTHN_NAME_REQUIRED": (lazy_gettext("Please give the passkey a name."), "error"),
        "WEBAUTHN_NAME_INUSE": (lazy_gettext("You have a passkey with this name already."), "error"),
        "WEBAUTHN_NAME_NOT_FOUND": (lazy_gettext("You have no passkey with this name."), "error"),
        "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (
            lazy_gettext("A name may have letters, numbers, spaces, hyphens and underscores."),
            "error",
        ),
        "WEBAUTHN_CREDENTIAL_DELETED": (lazy_gettext("The passkey is removed."), "success"),
        "WEBAUTHN_REGISTER_SUCCESSFUL": (lazy_gettext("The passkey is added."), "success"),
        "WEBAUTHN_CREDENTIAL_ID_INUSE": (lazy_gettext("This passkey is in use already."), "error"),
        "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (unknown, "error"),
        "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (unknown, "error"),
        "WEBAUTHN_MISMATCH_USER_HANDLE": (unknown, "error"),
        "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (unknown, "error"),
        "WEBAUTHN_NO_VERIFY": (lazy_gettext("The passkey could not be checked. Please try again."), "error"),
    }
