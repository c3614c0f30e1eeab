"""What the library for signing in is told: addresses, templates, rules and limits of time."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask_security.utils import aware_utcnow

from participation.models.accounts import PASSWORD_MIN
from participation.models.passkeys import NAME_MAX
from participation.settings import Settings

PRODUCT = "Participation"
# Changing what protects an account asks for the password again after this.
FRESH = timedelta(minutes=30)
RESET_WITHIN = timedelta(hours=1)
# A code of the app is good for its half minute and the ones beside it: telephones are not quite on time.
CODE_SECONDS = 30


def options(settings: Settings) -> dict[str, Any]:
    """The library's configuration."""
    pages = _pages_of_way_in() | _pages_of_account()
    return {f"SECURITY_{name}": value for name, value in (pages | _rules() | _rules_of_second_factor(settings)).items()}


def _pages_of_way_in() -> dict[str, Any]:
    return {
        "URL_PREFIX": "/<lang:lang>/staff",
        "LOGIN_URL": "/sign-in",
        "LOGIN_USER_TEMPLATE": "accounts/sign_in.html",
        "LOGOUT_URL": "/sign-out",
        "LOGOUT_METHODS": ["POST"],
        "POST_LOGIN_VIEW": "queues.home",
        "POST_LOGOUT_VIEW": "security.login",
        "RESET_URL": "/sign-in/forgotten",
        "FORGOT_PASSWORD_TEMPLATE": "accounts/forgotten.html",
        "RESET_PASSWORD_TEMPLATE": "accounts/new_password.html",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "accounts/code.html",
        "TWO_FACTOR_SELECT_URL": "/sign-in/choose",
        "TWO_FACTOR_SELECT_TEMPLATE": "accounts/choose.html",
        "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
        "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
        "MULTI_FACTOR_RECOVERY_TEMPLATE": "accounts/recovery_code.html",
        "WAN_SIGNIN_URL": "/sign-in/passkey",
        "WAN_SIGNIN_TEMPLATE": "accounts/passkey.html",
        # What the library would mount beside: its files and its commands.
        "STATIC_FOLDER": None,
        "STATIC_FOLDER_URL": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
    }


def _pages_of_account() -> dict[str, Any]:
    return {
        "VERIFY_URL": "/account/verify",
        "VERIFY_TEMPLATE": "accounts/verify.html",
        "POST_VERIFY_VIEW": "accounts.own",
        "CHANGE_URL": "/account/password",
        "CHANGE_PASSWORD_TEMPLATE": "accounts/password.html",
        "POST_CHANGE_VIEW": "accounts.own",
        "TWO_FACTOR_SETUP_URL": "/account/app",
        "TWO_FACTOR_SETUP_TEMPLATE": "accounts/app.html",
        "TWO_FACTOR_POST_SETUP_VIEW": "accounts.own",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
        "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "accounts/recovery_codes.html",
        "WAN_REGISTER_URL": "/account/passkeys",
        "WAN_REGISTER_TEMPLATE": "accounts/passkeys.html",
        "WAN_POST_REGISTER_VIEW": "security.wan_register",
        "WAN_DELETE_URL": "/account/passkeys/remove",
    }


def _rules() -> dict[str, Any]:
    return {
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "API_ENABLED_METHODS": ["session"],
        "DATETIME_FACTORY": aware_utcnow,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        # argon2 salts each password itself; a second salt from a setting would die with that setting.
        "PASSWORD_SINGLE_HASH": True,
        "PASSWORD_LENGTH_MIN": PASSWORD_MIN,
        "RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        # Mails are drawn by our own code, in the language of the person.
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "EMAIL_TEMPLATE_PASSWORD_RESET": "mails/reset.txt",
        "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "mails/password_changed.txt",
        "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "mails/password_changed.txt",
        # One sentence for whatever was wrong, so that nobody learns who has an account.
        "RETURN_GENERIC_RESPONSES": True,
        "FRESHNESS": FRESH,
        "FRESHNESS_GRACE_PERIOD": FRESH,
    }


def _rules_of_second_factor(settings: Settings) -> dict[str, Any]:
    return {
        "TWO_FACTOR": True,
        "WEBAUTHN": True,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "TWO_FACTOR_REQUIRED": settings.second_factor == "required",
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": CODE_SECONDS,
        "TOTP_SECRETS": {"1": derived(settings.secret_key, "authenticator")},
        "TOTP_ISSUER": PRODUCT,
        "MULTI_FACTOR_RECOVERY_CODES_N": 10,
        # A passkey is a second factor after the password; it does not open a session by itself.
        "WAN_RP_NAME": PRODUCT,
        "WAN_ALLOW_AS_FIRST_FACTOR": False,
        "WAN_ALLOW_AS_VERIFY": [],
        "WAN_NAME_MAX_LENGTH": NAME_MAX,
    }


def derived(secret: str, purpose: str) -> str:
    """A key of its own for one purpose, made from the secret of the installation."""
    return hmac.new(secret.encode(), f"participation:{purpose}".encode(), hashlib.sha256).hexdigest()
