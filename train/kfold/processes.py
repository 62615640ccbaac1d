"""Runs side by side, each in a process of its own with one thread.

The matrices of a small encoder are too small to be worth splitting: two runs on a core each take
little more time than one run on both. A process is a fresh interpreter that is told what to do
through its standard input; so a script that calls `kfold_train` needs no ``__main__`` guard, and
the processes end with the one that started them, however that ends.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeVar

from augment.errors import AugmentError
from augment.processors import usable_processors
from augment.train.kfold.units import Unit

if TYPE_CHECKING:
    from augment.train.encoder import Encoder

#: Bytes of an interpreter with torch and transformers loaded.
_BASE = 500 * 2**20
#: Copies of the weights that a run holds: as loaded, in training, gradient, two of the optimizer.
_COPIES = 5
#: Multiplications that take longer than starting a process: some ten seconds of one core.
_WORTH_IT = 1e12
#: Bytes kept for the way back, by token, layer and unit of width.
_ACTIVATION = 40
#: glibc: keep what a step has freed for the next one, and ask for pages of two megabytes. Fetching
#: the gradients' memory from the system anew is a twentieth of a short step, finding it by small
#: pages another one; each run gives it back when it ends.
MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


Job = TypeVar("Job", contravariant=True)


class Setup(Protocol[Job]):
    """What runs share, and how one is done; pickled, as the jobs are."""

    def run(self, job: Job, on_step: Callable[[], None]) -> Unit:
        """Do one job, calling `on_step` after each optimizer step."""
        ...


def fitting_processes(encoder: Encoder, tokens_per_batch: int, steps: int) -> int:
    """How many runs pay at a time on this machine: by cores, free memory, and work to share.

    Parameters
    ----------
    encoder
        What is trained.
    tokens_per_batch
        Of the longest batch, padding counted.
    steps
        Optimizer steps of all runs together.

    Returns
    -------
    int
        At least 1.
    """
    cores = usable_processors()
    weights = sum(p.numel() * p.element_size() for p in encoder.model.parameters())
    layers = int(getattr(encoder.model.config, "num_hidden_layers", 12))
    one = _BASE + _COPIES * weights + _ACTIVATION * tokens_per_batch * layers * encoder.width
    free = _free_memory()
    fitting = cores if free is None else int(0.8 * free // one)
    # 6 multiplications a weight and token; the width squared, 12 times a layer, are the weights.
    work = 6.0 * 12 * layers * encoder.width**2 * tokens_per_batch * steps
    return max(1, min(cores, fitting, int(work // _WORTH_IT)))


def _free_memory() -> int | None:
    """Bytes that may be taken without pushing anything out; None where that is not told."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def run_jobs(
    setup: Setup[Job],
    jobs: Sequence[Job],
    *,
    processes: int,
    on_step: Callable[[], None],
    apart: bool = False,
) -> Iterator[Unit]:
    """Do every job; give each result when it is there, in any order.

    Parameters
    ----------
    setup, jobs
        What to run.
    processes
        Runs at a time. 1: in this process.
    on_step
        Called in this thread after every optimizer step of any run.
    apart
        Leave this process alone even where one run at a time is done.

    Raises
    ------
    AugmentError
        What a run raised, or that a process ended by itself.
    """
    if processes == 1 and not apart:
        for job in jobs:
            yield setup.run(job, on_step)
        return
    waiting = deque(jobs)
    heard: queue.SimpleQueue[tuple[_Process, Any]] = queue.SimpleQueue()
    running = [_Process(setup, heard) for _ in range(processes)]
    try:
        for process in running:
            process.give(waiting.popleft() if waiting else None)
        left = len(jobs)
        while left:
            process, message = heard.get()
            if message is None and process.dismissed:
                continue
            if message is None:
                raise AugmentError(
                    f"a training process ended by itself (exit code {process.exit_code()}), as "
                    "happens when memory runs out; the finished runs are kept: go on with "
                    "--resume, and with --workers 1 where memory is short"
                )
            if isinstance(message, BaseException):
                raise message
            if isinstance(message, Unit):
                left -= 1
                process.give(waiting.popleft() if waiting else None)
                yield message
            else:
                on_step()
    finally:
        for process in running:
            process.end()


class _Process:
    """One interpreter at work, and the thread that listens to it."""

    def __init__(self, setup: Setup[Any], heard: queue.SimpleQueue[tuple[_Process, Any]]) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        self._child = subprocess.Popen(
            [sys.executable, "-m", "augment.train.kfold.processes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**MEMORY, **os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
            # Ctrl-C is for this process, which ends its children.
            start_new_session=True,
        )
        self._heard = heard
        self.dismissed = False
        self._send(setup)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def give(self, job: object) -> None:
        """Hand over the next job; None: there are no more, and the process may end."""
        self.dismissed = job is None
        self._send(job)

    def _send(self, message: object) -> None:
        stdin: Any = self._child.stdin
        try:
            pickle.dump(message, stdin)
            stdin.flush()
        except OSError:  # it died; the listener finds out and says so
            return

    def _listen(self) -> None:
        stdout: Any = self._child.stdout
        while True:
            try:
                message = pickle.load(stdout)  # noqa: S301 - from our own child
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                message = None
            self._heard.put((self, message))
            if message is None:
                return

    def exit_code(self) -> int | None:
        """How it ended, once its output has; None when it hangs nevertheless."""
        try:
            return self._child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Stop the process if it still runs."""
        self._child.kill()
        self._child.wait()
        self._listener.join()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # bytes for a process that is gone
                    continue


def _serve(source: IO[bytes], out: IO[bytes]) -> None:
    """Be such a process: read a setup, then jobs; write a step, a result or an error at a time."""

    def say(message: object) -> None:
        pickle.dump(message, out)
        out.flush()

    setup: Setup[Any] = pickle.load(source)  # noqa: S301 - from our own parent
    while (job := pickle.load(source)) is not None:  # noqa: S301
        try:
            say(setup.run(job, lambda: say("step")))
        except BrokenPipeError:
            raise
        except AugmentError as error:
            return say(error)
        except Exception as error:  # told to the user by the parent, with where it was
            told = AugmentError(f"training failed: {type(error).__name__}: {error}")
            told.add_note(traceback.format_exc())
            return say(told)


def _main() -> int:
    # Whatever a library prints must not get between the messages.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        _serve(sys.stdin.buffer, out)
    except (BrokenPipeError, EOFError):  # the parent is gone
        os._exit(1)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
