"""Requests that come together are computed together; none harms, starves or loses another."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

pytest.importorskip("torch")

from augment.train.serving.batches import (
    BATCH_CHARS,
    BATCH_ROWS,
    Batcher,
    FailedRowError,
    QueueFullError,
)
from augment.train.serving.model import Answer


class Computes:
    """Answers with the length of each row, and can be held up."""

    def __init__(self):
        self.batches = []
        self.free = threading.Event()
        self.free.set()
        self.busy = threading.Event()

    def __call__(self, rows):
        self.batches.append(list(rows))
        self.busy.set()
        assert self.free.wait(20)
        if any("bad" in side for row in rows for side in row):
            raise ValueError("secret")
        return [Answer(np.array([float(len("".join(row)))]), False) for row in rows]

    def hold(self):
        self.free.clear()
        self.busy.clear()


def run(scenario, **options):
    compute = Computes()

    async def main():
        batcher = Batcher(compute, **{"max_queue": 1000, "wait_s": 0.0, **options})
        batcher.start()
        try:
            return await asyncio.wait_for(scenario(batcher, compute), 30)
        finally:
            compute.free.set()
            await batcher.close()
            assert not batcher.alive

    return asyncio.run(main()), compute


async def started(compute):
    await asyncio.to_thread(compute.busy.wait, 20)


def numbers(answers):
    return [int(answer.probabilities[0]) for answer in answers]


def test_what_gathers_meanwhile_is_one_batch_and_each_gets_its_own():
    async def scenario(batcher, compute):
        compute.hold()
        first = asyncio.create_task(batcher.submit([("x",)]))
        await started(compute)
        others = [asyncio.create_task(batcher.submit([("y" * n,), ("z",)])) for n in range(2, 12)]
        await asyncio.sleep(0)
        assert batcher.waiting == 20
        compute.free.set()
        return await asyncio.gather(first, *others)

    found, compute = run(scenario)
    assert [numbers(answers) for answers in found] == [[1], *([n, 1] for n in range(2, 12))]
    assert [len(batch) for batch in compute.batches] == [1, 20]


def test_an_idle_server_waits_a_moment_for_company():
    async def scenario(batcher, compute):
        first = asyncio.create_task(batcher.submit([("x",)]))
        await asyncio.sleep(0.05)
        assert not compute.batches
        await asyncio.gather(first, *(batcher.submit([("x",)]) for _ in range(BATCH_ROWS - 1)))

    # Full before its time: it does not wait for the twenty seconds to pass.
    _, compute = run(scenario, wait_s=20.0)
    assert [len(batch) for batch in compute.batches] == [BATCH_ROWS]


def test_batches_are_bounded_in_rows_and_characters():
    async def scenario(batcher, compute):
        compute.hold()
        jobs = [asyncio.create_task(batcher.submit([("x",)]))]
        await started(compute)
        jobs += [asyncio.create_task(batcher.submit([("x",)] * (BATCH_ROWS + 5)))]
        jobs += [asyncio.create_task(batcher.submit([("x" * BATCH_CHARS,)] * 2))]
        await asyncio.sleep(0)
        compute.free.set()
        return await asyncio.gather(*jobs)

    found, compute = run(scenario)
    assert [len(answers) for answers in found] == [1, BATCH_ROWS + 5, 2]
    assert [len(batch) for batch in compute.batches] == [1, BATCH_ROWS, 6, 1]


def test_a_full_queue_refuses_and_says_for_how_long():
    async def scenario(batcher, compute):
        compute.hold()
        first = asyncio.create_task(batcher.submit([("x",)]))
        await started(compute)
        waiting = asyncio.create_task(batcher.submit([("x",)] * 3))
        await asyncio.sleep(0)
        with pytest.raises(QueueFullError) as full:
            await batcher.submit([("x",)] * 3)
        assert full.value.retry_after_s >= 1
        fits = asyncio.create_task(batcher.submit([("x",)] * 2))
        await asyncio.sleep(0)
        compute.free.set()
        await asyncio.gather(first, waiting, fits)
        await batcher.submit([("x",)] * 5)  # there is room again

    run(scenario, max_queue=5)


def test_a_row_that_fails_harms_no_other():
    async def scenario(batcher, compute):
        compute.hold()
        first = asyncio.create_task(batcher.submit([("x",)]))
        await started(compute)
        good = asyncio.create_task(batcher.submit([("yy",)]))
        bad = asyncio.create_task(batcher.submit([("bad",), ("yy",)]))
        await asyncio.sleep(0)
        compute.free.set()
        await first
        with pytest.raises(FailedRowError) as failed:
            await bad
        assert "secret" not in str(failed.value)
        return numbers(await good), numbers(await batcher.submit([("zzz",)]))

    found, _ = run(scenario)
    assert found == ([2], [3])


def test_what_nobody_waits_for_is_not_computed():
    async def scenario(batcher, compute):
        compute.hold()
        first = asyncio.create_task(batcher.submit([("x",)]))
        await started(compute)
        left = asyncio.create_task(batcher.submit([("left",)] * 3))
        stays = asyncio.create_task(batcher.submit([("stays",)]))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
        compute.free.set()
        await asyncio.gather(first, stays)

    _, compute = run(scenario)
    assert compute.batches == [[("x",)], [("stays",)]]


def test_what_nobody_waits_for_makes_room_at_once():
    async def scenario(batcher, compute):
        compute.hold()
        first = asyncio.create_task(batcher.submit([("x",)]))
        await started(compute)
        left = asyncio.create_task(batcher.submit([("left",)] * 4))
        stays = asyncio.create_task(batcher.submit([("stays",)]))
        await asyncio.sleep(0)
        assert batcher.waiting == 5
        left.cancel()
        await asyncio.sleep(0)
        assert batcher.waiting == 1
        fits = asyncio.create_task(batcher.submit([("fits",)] * 4))
        await asyncio.sleep(0)
        compute.free.set()
        await asyncio.gather(first, stays, fits)

    _, compute = run(scenario, max_queue=5)
    assert compute.batches == [[("x",)], [("stays",), *[("fits",)] * 4]]


def test_texts_and_pairs_are_computed_apart():
    async def scenario(batcher, compute):
        compute.hold()
        first = asyncio.create_task(batcher.submit([("x",)]))
        await started(compute)
        jobs = [asyncio.create_task(batcher.submit([row])) for row in [("a", "b"), ("c",)] * 2]
        await asyncio.sleep(0)
        compute.free.set()
        return [numbers(answers) for answers in await asyncio.gather(first, *jobs)]

    found, compute = run(scenario)
    assert found == [[1], [2], [1], [2], [1]]
    assert compute.batches[1:] == [[("c",), ("c",)], [("a", "b"), ("a", "b")]]


def test_closing_finishes_what_was_taken():
    async def scenario(batcher, compute):
        compute.hold()
        jobs = [asyncio.create_task(batcher.submit([("x",)] * 70)) for _ in range(3)]
        await started(compute)
        closing = asyncio.create_task(batcher.close())
        await asyncio.sleep(0)
        compute.free.set()
        await closing
        return [len(answers) for answers in await asyncio.gather(*jobs)]

    found, _ = run(scenario)
    assert found == [70, 70, 70]
