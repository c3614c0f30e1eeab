"""Answers that need not be sent again when nothing has changed: ETag, Last-Modified and 304."""

import hashlib
from datetime import UTC, datetime

from flask import request
from werkzeug.wrappers import Response

# What lies in the code and not in the database changes with a new start only.
STARTED = datetime.now(UTC)


def conditional(response: Response, *, changed: datetime | None) -> Response:
    """Send it whole only where the client has not got it yet; everybody may keep it, and has to ask again each time.

    The tag is made from the content, so nothing is missed; `changed` is for clients that know times only.
    """
    # Weak: the same content may travel plain or compressed.
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32], weak=True)
    response.last_modified = changed
    response.vary.update(("Accept", "Accept-Language"))
    response.cache_control.public = True
    response.cache_control.no_cache = True
    return response.make_conditional(request.environ)
