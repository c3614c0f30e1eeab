"""The headers that keep a page to itself: content security policy, framing, referrer, transport."""

import secrets

from flask import Flask, g, request
from werkzeug.wrappers import Response

from participation.settings import Settings

HSTS = "max-age=31536000; includeSubDomains"
# Nobody needs these; the position is asked for by the map, on our own pages only.
PERMISSIONS = "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)"


def init(app: Flask, settings: Settings) -> None:
    """Send the headers with every answer; templates get `csp_nonce()`."""
    app.jinja_env.globals["csp_nonce"] = nonce

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy(settings.frame_ancestors))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if response.mimetype == "text/html":
            # A page shows who is signed in and what was decided a moment ago.
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.vary.update(("Cookie", "Accept-Language") if request.path == "/" else ("Cookie",))
        return response


def nonce() -> str:
    """The nonce of this answer's own inline script and style."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    value: str = g.csp_nonce
    return value


def policy(frame_ancestors: str) -> str:
    """Everything from our own origin, inline only with the nonce."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce()}'; style-src 'self' 'nonce-{nonce()}'; "
        "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {frame_ancestors}"
    )
