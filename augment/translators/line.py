"""The line to one service: how fast and how many at once, when to ask again, when to hang up.

All directions of a service share one line, because the service counts them together.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from augment.translators.refusals import ServiceFailure
from augment.translators.services import Limits

#: Texts that fail in a row for what they are, after which a service is asked no more.
REFUSED_IN_A_ROW: Final = 25


class Line:
    """Paces requests to one service, repeats those that may work later, and knows when to stop.

    Parameters
    ----------
    limits
        How long to wait and how often to try.
    per_second
        Requests a second, evenly spaced; 0 for no limit.
    at_once
        Requests under way at the same time.

    Attributes
    ----------
    given_up
        Why the service is not asked any more; empty while it is.
    faults
        Requests that went wrong on its side (not those that it refused in good order).
    """

    def __init__(self, limits: Limits, *, per_second: float = 0.0, at_once: int = 1) -> None:
        self.limits = limits
        self.at_once = at_once
        self.given_up = ""
        self.faults = 0
        self._spacing = 1 / per_second if per_second else 0.0
        self._room = threading.BoundedSemaphore(at_once)
        self._one_alone = threading.Lock()
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._failed = self._undelivered = 0
        self._refused: set[str] = set()
        self._stop = threading.Event()
        self._jitter = random.Random()  # moves waits only, so runs of many users do not meet

    def ask(self, request: Callable[[], str], *, alone: bool = False) -> str:
        """Make a request at its turn, again where that may help.

        Parameters
        ----------
        request
            Gives the answer, or raises `ServiceFailure`.
        alone
            The caller holds the whole line, see `alone`.

        Raises
        ------
        ServiceFailure
            The last one, when no attempt worked or none can.
        """
        for attempt in range(1, self.limits.attempts + 1):
            try:
                if alone:
                    return self._request(request)
                with self._room:
                    return self._request(request)
            except ServiceFailure as error:
                failure = self._in_patience(error)
                if failure.kind == "stop":
                    self.give_up(failure.why)
                if failure.kind == "again" and failure.wait_s is None and "429" not in failure.why:
                    with self._lock:
                        self.faults += 1
                if failure.kind != "again" or attempt == self.limits.attempts:
                    raise failure from None
                wait = self.limits.backoff_s * 2 ** (attempt - 1) * self._jitter.uniform(0.5, 1.0)
                if failure.wait_s is None:
                    self._sleep(wait)
                else:  # whoever else asks this service has to wait as well
                    self._pause(max(wait, failure.wait_s))
        raise AssertionError("at least one attempt")

    def _in_patience(self, failure: ServiceFailure) -> ServiceFailure:
        """Give a failure after a pause of `Limits.max_wait_s` at most, else an end to asking."""
        wait_s = failure.wait_s
        if failure.kind != "again" or wait_s is None or wait_s <= self.limits.max_wait_s:
            return failure
        return ServiceFailure("stop", f"{failure.why}; it asks to wait {wait_s:,.0f} s", wait_s)

    def _request(self, request: Callable[[], str]) -> str:
        self._wait_turn()
        if self._stop.is_set():
            raise ServiceFailure("stop", "interrupted")
        if self.given_up:
            raise ServiceFailure("stop", self.given_up)
        return request()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the whole line: nobody else's request is under way inside the block."""
        with self._one_alone:
            for _ in range(self.at_once):
                self._room.acquire()
            try:
                yield
            finally:
                for _ in range(self.at_once):
                    self._room.release()

    def delivered(self) -> None:
        """Note that the service still translates."""
        with self._lock:
            self._failed = self._undelivered = 0

    def failed(self, why: str, *, text: str = "", of_text: bool = False) -> None:
        """Count a text as failed; after too many in a row the service is given up.

        Parameters
        ----------
        why
            What the last attempt met.
        text
            The text; one that was refused before, as it may be for every variant and pivot, says
            nothing new of the service.
        of_text
            A service that refuses a text is at work: `REFUSED_IN_A_ROW` without a delivery are
            too many then, whatever they failed for.
        """
        with self._lock:
            if of_text and text:
                if text in self._refused:
                    return
                self._refused.add(text)
            self._failed = 0 if of_text else self._failed + 1
            self._undelivered += 1
            if self._failed >= self.limits.failures_in_a_row:
                found = self._failed
            elif self._undelivered >= REFUSED_IN_A_ROW:
                found = self._undelivered
            else:
                return
            self.given_up = self.given_up or f"{found} texts in a row failed, the last one: {why}"

    def give_up(self, why: str) -> None:
        """Ask this service no more."""
        with self._lock:
            if not self._stop.is_set():
                self.given_up = self.given_up or why

    def interrupt(self) -> None:
        """End every wait; requests under way may still deliver."""
        self._stop.set()

    def _wait_turn(self) -> None:
        while True:
            with self._lock:
                now = time.monotonic()
                wait = self._free_at - now
                if wait <= 0:
                    self._free_at = now + self._spacing
                    return
            self._sleep(wait)

    def _pause(self, seconds: float) -> None:
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic() + seconds)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise ServiceFailure("stop", "interrupted")
