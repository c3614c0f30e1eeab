"""gunicorn's configuration in browser tests: the server ends when whoever started it is gone, however that ended.

A browser that is led by a test is as fast as a machine, which it is: here no form is sent too fast.
"""

import os
import signal
import sys
import threading
from typing import Any

from participation.web.forms import proofs

proofs.LEAST_SECONDS = 0


def on_starting(_server: Any) -> None:
    """Watch standard input: the other end of it closes with the process of the tests, even when that is killed."""
    threading.Thread(target=_stop_with_input, daemon=True).start()


def _stop_with_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
