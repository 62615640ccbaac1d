"""Requests that come together are computed together: a bounded queue before one thread."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from augment.errors import AugmentError
from augment.train.serving.log import log_failure
from augment.train.serving.model import Answer, Sides

#: Rows and characters of one batch: more gain little speed and make everyone wait longer.
BATCH_ROWS: Final = 64
BATCH_CHARS: Final = 16_384
Compute = Callable[[Sequence[Sides]], list[Answer]]


class QueueFullError(AugmentError):
    """The queue holds as many rows as it may.

    Parameters
    ----------
    retry_after_s
        Whole seconds after which it should have room.
    """

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"the queue is full; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class FailedRowError(AugmentError):
    """The model failed on a row, alone as well as among others."""


@dataclass(eq=False, slots=True)
class _Job:
    """One request's rows on their way."""

    rows: list[Sides]
    future: asyncio.Future[list[Answer]]
    answers: list[Answer | None]
    missing: int


@dataclass(eq=False, slots=True)
class BatchStats:
    """What the batches so far came to; read by the metrics.

    Parameters
    ----------
    observe
        Called in the computing thread with the rows and the seconds of each batch.
    """

    observe: Callable[[int, float], None] = field(default=lambda rows, seconds: None)
    rows_per_second: float = 0.0


class Batcher:
    """Collects rows of concurrent requests and computes them in one thread.

    While a batch is computed the next one gathers; when nothing is computed, the first row waits
    `wait_s` for company. Rows are taken in the order they came.

    Parameters
    ----------
    compute
        Answers of rows that are all single texts or all pairs; called in the thread alone.
    max_queue
        Rows that may wait.
    wait_s
        Seconds that a row waits for others while nothing is computed.
    prepare
        Called first in the thread (its number of OpenMP threads is a setting of the thread).
    stats
        Gets the size and time of each batch.
    """

    def __init__(
        self,
        compute: Compute,
        *,
        max_queue: int,
        wait_s: float,
        prepare: Callable[[], None] = lambda: None,
        stats: BatchStats | None = None,
    ) -> None:
        self._compute, self._prepare = compute, prepare
        self._max_queue, self._wait_s = max_queue, wait_s
        self.stats = stats or BatchStats()
        self._waiting: deque[tuple[_Job, int, float]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="augment-serve", daemon=True)

    @property
    def waiting(self) -> int:
        """Rows in the queue."""
        return len(self._waiting)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; called in the event loop that will submit."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def close(self) -> None:
        """Compute what is waiting, then end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    async def submit(self, rows: list[Sides]) -> list[Answer]:
        """Wait for the answers of rows; when the caller gives up, they leave the queue.

        Raises
        ------
        QueueFullError
            When the rows do not fit into the queue.
        FailedRowError
            When the model fails on one of them.
        """
        loop = asyncio.get_running_loop()
        job = _Job(rows, loop.create_future(), [None] * len(rows), len(rows))
        now = time.monotonic()
        with self._changed:
            if len(self._waiting) + len(rows) > self._max_queue:
                raise QueueFullError(self._seconds_until_room())
            self._waiting.extend((job, at, now) for at in range(len(rows)))
            self._changed.notify()
        try:
            return await job.future
        finally:
            if job.missing:  # nobody waits for them any more: others have their room at once
                with self._changed:
                    self._waiting = deque(row for row in self._waiting if row[0] is not job)

    def _seconds_until_room(self) -> int:
        rate = self.stats.rows_per_second
        return min(60, max(1, math.ceil(len(self._waiting) / rate))) if rate else 1

    def _work(self) -> None:
        self._prepare()
        while batch := self._next():
            start = time.monotonic()
            # One batch computes one kind of row: texts or pairs.
            for sides in sorted({len(job.rows[at]) for job, at in batch}):
                part = [(job, at) for job, at in batch if len(job.rows[at]) == sides]
                self._answer(part)
            seconds = time.monotonic() - start
            rate = len(batch) / max(seconds, 1e-6)
            before = self.stats.rows_per_second
            self.stats.rows_per_second = rate if not before else 0.8 * before + 0.2 * rate
            self.stats.observe(len(batch), seconds)

    def _next(self) -> list[tuple[_Job, int]]:
        """Take the next batch; wait for it; empty when the batcher closes with nothing left."""
        with self._changed:
            while True:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if self._waiting and not self._closing:
                    until = self._waiting[0][2] + self._wait_s
                    while len(self._waiting) < BATCH_ROWS and not self._closing:
                        left = until - time.monotonic()
                        if left <= 0 or not self._changed.wait(left):
                            break
                batch: list[tuple[_Job, int]] = []
                chars = 0
                while self._waiting and len(batch) < BATCH_ROWS and chars < BATCH_CHARS:
                    job, at, _ = self._waiting.popleft()
                    batch.append((job, at))
                    chars += sum(map(len, job.rows[at]))
                if batch or (self._closing and not self._waiting):
                    return batch

    def _answer(self, batch: list[tuple[_Job, int]]) -> None:
        """Compute rows; where they fail together, each alone, so that one harms no other."""
        answers: list[Answer | None]
        try:
            answers = list(self._compute([job.rows[at] for job, at in batch]))
        except Exception as error:  # the thread must live on, and every caller be told
            if len(batch) > 1:
                for one in batch:
                    self._answer([one])
                return
            log_failure(error, part="model")
            self._tell(batch, [None], FailedRowError(f"the model failed: {type(error).__name__}"))
            return
        self._tell(batch, answers, None)

    def _tell(
        self,
        batch: list[tuple[_Job, int]],
        answers: list[Answer | None],
        error: FailedRowError | None,
    ) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_deliver, batch, answers, error)


def _deliver(
    batch: list[tuple[_Job, int]], answers: list[Answer | None], error: FailedRowError | None
) -> None:
    """Put answers into their jobs, in the event loop."""
    for (job, at), answer in zip(batch, answers, strict=True):
        if error is not None:
            if not job.future.done():
                job.future.set_exception(error)
            continue
        job.answers[at] = answer
        job.missing -= 1
        if not job.missing and not job.future.done():
            job.future.set_result([one for one in job.answers if one is not None])
