"""The forms of signing in and of the own account, and the words for roles."""

from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from flask_security import (
    LoginForm,
    TwoFactorRescueForm,
    TwoFactorSelectForm,
    TwoFactorSetupForm,
    WebAuthnRegisterForm,
)
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from participation.errors import Invalid
from participation.locales import LANGUAGES
from participation.models.accounts import CITY_ROLES, Account
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.services import roles
from participation.web.plumbing import passwords
from participation.web.plumbing.formats import named

PLATFORM = "platform"
LANGUAGE_CHOICES = [SelectChoice(one.code, one.own_name) for one in LANGUAGES]


def role_labels() -> dict[str, str]:
    """The roles, as the staff read them."""
    return {
        "moderator": gettext("Moderator"),
        "city_lead": gettext("City lead"),
        "facilitator": gettext("Facilitator"),
        "operator": gettext("Operator"),
    }


class SignInForm(LoginForm):
    """The library's form, without "remember me": desks in town halls are shared."""

    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever sends somebody a link to the sign-in must not choose the page that follows it.
        if not is_own_path(self.next.data):
            self.next.data = url_for("queues.home")


class OneOf(StringField):
    """A choice of which the view checks what was chosen; the page draws a button for each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices: list[Any] = []


# The library's own lists are of a kind that WTForms is about to give up.
class AppForm(TwoFactorSetupForm):
    """To set up the app, or to do without it."""

    setup = OneOf()


class SecondStepForm(TwoFactorSelectForm):
    """Which of several second factors to use."""

    which = OneOf()


class RescueForm(TwoFactorRescueForm):
    """Asked for by the library beside the form for the code; the page has a link instead."""

    help_setup = OneOf()


class PasskeyForm(WebAuthnRegisterForm):
    """The name of a new passkey."""

    usage = OneOf()


class LanguageForm(FlaskForm):
    """In which language somebody gets mail."""

    lang = SelectField(lazy_gettext("Language of mails"), choices=LANGUAGE_CHOICES)


class InvitationForm(FlaskForm):
    """Whom to invite, into which role, and for which city or partnership."""

    email = EmailField(lazy_gettext("E-mail address"))
    role = SelectField(lazy_gettext("Role"), validate_choice=False)
    scope = SelectField(lazy_gettext("For"), validate_choice=False)
    lang = SelectField(lazy_gettext("Language of mails"), choices=LANGUAGE_CHOICES)

    def offer(self, account: Account, cities: list[City], partnerships: list[Partnership]) -> None:
        """Put into the lists what this account may give."""
        labels = role_labels()
        self.role.choices = [SelectChoice(role, labels[role]) for role in roles.manageable(account)]
        self.scope.choices = [SelectChoice(f"city:{city.slug}", named(city)) for city in cities]
        if account.city is None:
            self.scope.choices += [SelectChoice(f"partnership:{one.slug}", named(one)) for one in partnerships]
            self.scope.choices.append(SelectChoice(PLATFORM, gettext("The whole platform")))

    def refuse(self, refusal: Invalid, role: str) -> None:
        """Say at the right field what is wrong."""
        if refusal.code == "email_bad":
            self.email.errors = [gettext("This is not an e-mail address.")]
        elif role in CITY_ROLES:
            self.scope.errors = [gettext("This role belongs to a city. Please choose one.")]
        elif role == "facilitator":
            self.scope.errors = [gettext("This role belongs to a partnership. Please choose one.")]
        else:
            self.scope.errors = [gettext("This role belongs to the whole platform.")]


class PasswordForm(FlaskForm):
    """The password of a new account, twice."""

    password = PasswordField(lazy_gettext("Password"))
    again = PasswordField(lazy_gettext("The same password again"))

    def is_good(self, *, about: list[str]) -> bool:
        """Whether it will do; says at the fields what is wrong."""
        normal = passwords.normal(self.password.data or "")
        wrong = passwords.problem(normal, about=about)
        self.password.errors = [wrong] if wrong else []
        differs = self.password.data != self.again.data
        self.again.errors = [gettext("The two passwords are not the same.")] if differs else []
        return not wrong and not differs


def is_own_path(address: str | None) -> bool:
    """Whether this is a path on our own host, also for browsers that read `\\` as `/` and skip control characters."""
    address = address or ""
    return address[:1] == "/" and address[1:2] not in ("/", "\\") and address.isprintable()
