"""A class's server that goes away: wait for it a little, then say so.

MLflow alone waits for minutes, and then again for each request of the same cell: the
one that failed, the end of its run, the end of the parent's. Here the first of them
waits for a server that is being started again; the others do not wait any more, until
the server has answered.
"""

import time
from collections.abc import Callable
from typing import Any

WAIT = 15  # s until the last attempt begins: a server starts in 5 to 10
CONNECT, ANSWER = 3, 10  # s for one attempt
SHORT = 2  # s for an attempt when the server is known to be away


def install() -> None:
    """Have MLflow's client wait like this from now on; once."""
    from mlflow.utils import rest_utils

    # A private name: MLflow's variables know the number of attempts, but no end of
    # the time for all. When it changes, tests/test_class_away.py says so.
    plain = rest_utils._get_http_response_with_retries
    if not isinstance(plain, Patient):
        rest_utils._get_http_response_with_retries = Patient(plain)


class Patient:
    """MLflow's function for a request, with an end of the waiting."""

    def __init__(self, plain: Callable) -> None:
        self.plain, self.away = plain, False

    def __call__(self, method: str, url: str, retries: int, *rest, **options) -> Any:
        """Send the request until it is answered or the time is over."""
        from requests import exceptions

        lost = (exceptions.ConnectionError, exceptions.Timeout, exceptions.RetryError)
        options["timeout"] = SHORT if self.away else (CONNECT, ANSWER)
        end = time.monotonic() + (0 if self.away else WAIT)
        while True:
            try:
                answer = self.plain(method, url, 0, *rest, **options)
            except lost:
                if time.monotonic() >= end:
                    self.away = True
                    raise
                time.sleep(1)
                if hasattr(options.get("data"), "seek"):
                    options["data"].seek(0)  # a file, of which a part was sent
            else:
                self.away = False
                return answer
