"""What no page may do in a browser: ask a foreign host, break its own content policy, or fail without a word."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# Chromium's line about an answer of 400 or more; the answers themselves are watched.
FAILED_ANSWER = "Failed to load resource: the server responded with a status of"
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"
FAILED_OFFLINE = f"Failed to load resource: {OFFLINE}"


class Watch:
    """Collects what goes wrong on any page of a browser context."""

    def __init__(self, context: BrowserContext, base: str, *, scripts: bool = True) -> None:
        self.problems: list[str] = []
        self._scripts = scripts
        self._host = urlsplit(base).netloc
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self._host:
            self.problems.append(f"a request to a foreign host: {request.url}")

    def _failed(self, request: Request) -> None:
        # Whoever leaves a page stops what it was loading; only a test takes the connection away; a browser without
        # scripts says "csp" of each that it skips.
        expected = ("net::ERR_ABORTED", OFFLINE)
        if request.failure not in (expected if self._scripts else (*expected, "csp")):
            self.problems.append(f"{request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        # A page and a form that was sent may refuse; what a page is made of may not, and nothing may break.
        asked = response.request
        if response.status >= (500 if asked.is_navigation_request() or asked.method == "POST" else 400):
            self.problems.append(f"{response.url}: {response.status}")

    def _console(self, message: ConsoleMessage) -> None:
        # What a test itself runs in a page has no address.
        address = message.location.get("url")
        if message.type == "error" and address and not message.text.startswith((FAILED_ANSWER, FAILED_OFFLINE)):
            self.problems.append(f"console: {message.text} ({address})")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")
