"""Programs joined by pipes and kept running, spoken to in pieces that end with a sign."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

#: Seconds without a byte of output after which a pipeline counts as hung.
HUNG_AFTER_S: Final = 20.0


class PipelineError(RuntimeError):
    """A program could not be started, ended, hung, or lost count of the pieces."""


class Pipeline:
    """Programs that run side by side, each one's output the input of the next.

    Parameters
    ----------
    name
        What the programs are called in errors.
    commands
        Programs with their arguments; each must flush its output behind every piece.
    asked, answered
        What ends a piece on its way in, and its answer on the way out; a NUL.

    Raises
    ------
    PipelineError
        When a program cannot be started.
    """

    def __init__(
        self,
        name: str,
        commands: list[list[str]],
        *,
        asked: str = "\0",
        answered: str = "\0",
    ) -> None:
        self._name = name
        self._asked = asked
        self._answered = answered.encode()
        self._programs: list[subprocess.Popen[bytes]] = []
        self._rest = b""
        self._heard = 0
        source: int | IO[bytes] = subprocess.PIPE
        try:
            self._stderr: IO[bytes] = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - see close()
        except OSError as error:
            raise PipelineError(f"{name} could not be started: {error}") from error
        try:
            for command in commands:
                program = subprocess.Popen(  # noqa: S603 - programs of this machine
                    command,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=self._stderr,
                    env={**os.environ, "LC_ALL": "C.UTF-8"},
                    # Ctrl-C is for this process; the programs end when their input does.
                    start_new_session=True,
                )
                if self._programs:
                    self._programs[-1].stdout.close()  # type: ignore[union-attr]
                self._programs.append(program)
                source = program.stdout  # type: ignore[assignment]
        except OSError as error:
            self.close()
            raise PipelineError(f"{commands[len(self._programs)][0]}: {error}") from error

    def run(self, pieces: Sequence[str]) -> list[str]:
        """Send pieces, none of which holds the ending sign; give what the last program answers.

        Raises
        ------
        PipelineError
            When a program ended, hung or lost count, or this process may open no more files or
            threads.
        """
        data = "".join(piece + self._asked for piece in pieces).encode()
        # Written from a thread of its own: with more than a pipe's worth of text, writing and
        # reading in turn would block on both ends.
        writer = threading.Thread(target=self._write, args=(data,), daemon=True)
        try:
            writer.start()
            outputs = self._read(len(pieces))
        except PipelineError:
            raise
        except (OSError, RuntimeError) as error:
            raise PipelineError(f"{self._name} could not be asked: {error}") from error
        writer.join()
        return [output.decode("utf-8", "replace") for output in outputs]

    def _write(self, data: bytes) -> None:
        stdin = self._programs[0].stdin
        try:
            stdin.write(data)  # type: ignore[union-attr]
            stdin.flush()  # type: ignore[union-attr]
        except (OSError, ValueError):  # a program died: the reader sees the end and says so
            return

    def _read(self, wanted: int) -> list[bytes]:
        stdout = self._programs[-1].stdout
        if stdout is None:  # cannot be: every program is started with a pipe
            raise PipelineError(f"{self._name}: no output to read from")
        outputs: list[bytes] = []
        with selectors.DefaultSelector() as output:
            output.register(stdout, selectors.EVENT_READ)
            while True:
                *whole, self._rest = self._rest.split(self._answered)
                outputs.extend(whole)
                if len(outputs) >= wanted:
                    break
                ready = output.select(HUNG_AFTER_S)
                chunk = os.read(stdout.fileno(), 1 << 16) if ready else b""
                if not chunk:
                    raise PipelineError(self._why(bool(ready)))
                self._rest += chunk
        if len(outputs) > wanted:
            raise PipelineError(f"{self._name} gave {len(outputs)} answers to {wanted} pieces")
        return outputs

    def _why(self, ended: bool) -> str:
        if not ended:
            return f"{self._name} gave no answer for {HUNG_AFTER_S:.0f} seconds"
        dead = [
            f"{Path(str(program.args[0])).name} ended with {program.poll()}"  # type: ignore[index]
            for program in self._programs
            if program.poll()
        ]
        said = self.said()[-200:].strip()
        return f"{self._name} broke off: {', '.join(dead) or 'its output ended'} {said}".strip()

    def said(self) -> str:
        """Give what the programs wrote to stderr since the last call."""
        self._stderr.seek(self._heard)
        text = self._stderr.read()
        self._heard += len(text)
        return text.decode("utf-8", "replace")

    def close(self) -> None:
        """End the programs."""
        for program in self._programs:
            program.kill()
            for stream in (program.stdin, program.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except OSError:  # unsent rest of a broken pipe
                        continue
            program.wait()
        self._stderr.close()
