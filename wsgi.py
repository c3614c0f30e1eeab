"""gunicorn's entry, and what `flask --app wsgi` loads."""

import sys

from participation import settings
from participation.app import create_app

try:
    app = create_app(settings.from_environment())
except settings.BadSetting as error:
    sys.exit(f"participation: {error}")
