"""Apertium, the offline engine: rule-based, a thousand sentences a second, no model to fetch.

A *mode* is one directed pair: a shell pipeline of six to twelve small programs. Here the programs
are started directly, once per mode, in null-flush mode, and kept running; texts go in numbered
and come out numbered (`augment.translators.apertium_text`).

References
----------
Forcada et al., "Apertium: a free/open-source platform for rule-based machine translation",
Machine Translation 25 (2011).
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import select
import shlex
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from augment.errors import PairError, TranslatorError
from augment.languages import language_code
from augment.records import Translation
from augment.segments import Pieces, cut
from augment.translators import apertium_text

#: Languages for which Debian names its packages with two-letter codes.
PACKAGES: Final[dict[frozenset[str], str]] = {
    frozenset(pair.split()): f"apertium-{name}"
    for pair, name in {
        "en es": "eng-spa",
        "en ca": "eng-cat",
        "en gl": "en-gl",
        "en eo": "eo-en",
        "fr ca": "fra-cat",
        "fr es": "fr-es",
        "fr eo": "eo-fr",
        "fr oc": "oci-fra",
        "es ca": "spa-cat",
        "es gl": "es-gl",
        "es pt": "es-pt",
        "es it": "spa-ita",
        "es ast": "spa-ast",
        "es an": "spa-arg",
        "es oc": "oc-es",
        "es ro": "es-ro",
        "ca pt": "por-cat",
        "ca it": "cat-ita",
        "ca oc": "oc-ca",
        "pt gl": "pt-gl",
        "en eu": "eu-en",
        "es eu": "eu-es",
        "en is": "isl-eng",
        "en mk": "mkd-eng",
        "en sh": "hbs-eng",
        "sv da": "swe-dan",
        "sv no": "swe-nor",
        "ru uk": "rus-ukr",
        "be ru": "bel-rus",
        "af nl": "afr-nld",
        "id ms": "ind-zlm",
        "hi ur": "urd-hin",
    }.items()
}
#: Longest piece in characters. Beyond it the disambiguators give up on a sentence anyway.
MAX_CHARS: Final = 600
#: Seconds without a byte of output after which a pipeline counts as hung.
HUNG_AFTER_S: Final = 60.0
_MODE = re.compile(r"([a-z]{2,3})(?:_\w+)?-([a-z]{2,3})(?:_\w+)?")
_PLAIN_MODE = re.compile(r"([a-z]{2,3})-([a-z]{2,3})")


def modes_folder() -> Path | None:
    """Folder of the installed modes, or None when there is none."""
    for root in (
        os.environ.get("APERTIUM_DATADIR"),
        "/usr/share/apertium",
        "/usr/local/share/apertium",
    ):
        if root and (Path(root) / "modes").is_dir():
            return Path(root) / "modes"
    return None


@functools.lru_cache(maxsize=1)
def installed_modes() -> dict[tuple[str, str], Path]:
    """Mode file of every directed pair on this machine, languages as ISO 639 codes.

    Where a pair has variants (``eng-cat_valencia``), the plain one is taken.
    """
    folder = modes_folder()
    found: dict[tuple[str, str], Path] = {}
    if folder is None or shutil.which("lt-proc") is None:
        return found
    for path in sorted(
        folder.glob("*.mode"), key=lambda p: (not _PLAIN_MODE.fullmatch(p.stem), p.stem)
    ):
        match = _MODE.fullmatch(path.stem)
        if match:
            pair = (_code(match[1]), _code(match[2]))
            if all(pair) and pair[0] != pair[1] and _complete(path):
                found.setdefault(pair, path)
    return found


def _complete(mode: Path) -> bool:
    """Whether all files of a mode are there: some packages bring modes without their data."""
    arguments = (argument for command in _commands(mode) for argument in command)
    return all(Path(name).exists() for name in arguments if name.startswith("/"))


def _code(name: str) -> str:
    try:
        return language_code(name)
    except ValueError:  # a folder may hold modes of experiments
        return ""


class Apertium:
    """The engine: pairs are the modes installed on this machine."""

    name = "apertium"
    host = ""

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Directed pairs that are installed."""
        return frozenset(installed_modes())

    def open(self, source: str, target: str) -> ApertiumMode:
        """Start the pipeline of one directed pair.

        Raises
        ------
        PairError
            When the pair is not installed; the message holds the line that installs it.
        """
        mode = installed_modes().get((source, target))
        if mode is None:
            hint = self.how_to_get(source, target) or "no Debian package has this pair"
            raise PairError(f"apertium has no pair {source} → {target} here; {hint}")
        return ApertiumMode(mode)

    def how_to_get(self, source: str, target: str) -> str:
        """Say the line that installs a pair, both directions of which come together."""
        package = PACKAGES.get(frozenset((source, target)))
        return f"sudo apt-get install apertium {package}" if package else ""


class ApertiumMode:
    """One directed pair, kept running.

    Parameters
    ----------
    mode
        A mode file: one shell pipeline.
    """

    window = 256

    def __init__(self, mode: Path) -> None:
        self.mode = mode
        self.commands = _commands(mode)
        self.identity = f"apertium:{mode.stem}@{_version(mode)}"
        self._pipeline: _Pipeline | None = None

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts; a text of which one piece fails has failed as a whole."""
        taken_apart = [cut(text, max_chars=MAX_CHARS) for text in texts]
        unique = list(dict.fromkeys(piece for parts in taken_apart for piece in parts.pieces))
        done = dict(zip(unique, self._translate_pieces(unique), strict=True))
        return [_put_together(parts, done) for parts in taken_apart]

    def _translate_pieces(self, pieces: list[str]) -> list[Translation]:
        """Translate pieces; one that a pipeline dies of is found by halving, and reported."""
        if not pieces:
            return []
        try:
            if self._pipeline is None:
                self._pipeline = _Pipeline(self.commands)
            return self._pipeline.run(pieces)
        except TranslatorError as error:
            self.close()
            if len(pieces) == 1:
                return [Translation("", error=str(error))]
            middle = len(pieces) // 2
            return self._translate_pieces(pieces[:middle]) + self._translate_pieces(pieces[middle:])

    def close(self) -> None:
        """End the pipeline's processes."""
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None


def _put_together(parts: Pieces, done: dict[str, Translation]) -> Translation:
    found = [done[piece] for piece in parts.pieces]
    failed = next((piece.error for piece in found if piece.error), "")
    if failed:
        return Translation("", error=failed)
    marks = tuple(mark for piece in found for mark in piece.marks)
    return Translation(parts.join([piece.text for piece in found]), marks)


class _Pipeline:
    """The running programs of one mode."""

    def __init__(self, commands: list[list[str]]) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._programs: list[subprocess.Popen[bytes]] = []
        self._sent = 0
        self._rest = b""
        source: int | IO[bytes] = subprocess.PIPE
        try:
            for command in commands:
                program = subprocess.Popen(  # noqa: S603 - programs named by the mode file
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
            raise TranslatorError(f"{commands[len(self._programs)][0]}: {error}") from error

    def run(self, pieces: list[str]) -> list[Translation]:
        first = self._sent
        self._sent += len(pieces)
        data = "".join(
            apertium_text.encode(number, piece) + "\0" for number, piece in enumerate(pieces, first)
        ).encode()
        # Written from a thread of its own: with more than a pipe's worth of text, writing and
        # reading in turn would block on both ends.
        writer = threading.Thread(target=self._write, args=(data,), daemon=True)
        writer.start()
        outputs = self._read(len(pieces))
        writer.join()
        return [
            apertium_text.decode(number, output.decode("utf-8", "replace"), piece)
            for number, (output, piece) in enumerate(zip(outputs, pieces, strict=True), first)
        ]

    def _write(self, data: bytes) -> None:
        stdin = self._programs[0].stdin
        try:
            stdin.write(data)  # type: ignore[union-attr]
            stdin.flush()  # type: ignore[union-attr]
        except (OSError, ValueError):  # a program died: the reader sees the end and says so
            return

    def _read(self, wanted: int) -> list[bytes]:
        stdout = self._programs[-1].stdout
        outputs: list[bytes] = []
        while True:
            *whole, self._rest = self._rest.split(b"\0")
            outputs.extend(whole)
            if len(outputs) >= wanted:
                break
            ready, _, _ = select.select([stdout], [], [], HUNG_AFTER_S)
            chunk = os.read(stdout.fileno(), 1 << 16) if ready else b""  # type: ignore[union-attr]
            if not chunk:
                raise TranslatorError(self._why(bool(ready)))
            self._rest += chunk
        if len(outputs) > wanted:
            raise TranslatorError(f"apertium gave {len(outputs)} answers to {wanted} pieces")
        return outputs

    def _why(self, ended: bool) -> str:
        if not ended:
            return f"apertium gave no answer for {HUNG_AFTER_S:.0f} seconds"
        dead = [
            f"{Path(str(program.args[0])).name} ended with {program.poll()}"  # type: ignore[index]
            for program in self._programs
            if program.poll()
        ]
        self._stderr.seek(0)
        said = self._stderr.read()[-200:].decode("utf-8", "replace").strip()
        return f"apertium broke off: {', '.join(dead) or 'its output ended'} {said}".strip()

    def close(self) -> None:
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


def _commands(mode: Path) -> list[list[str]]:
    """Programs of a mode file, each told to flush at a NUL and to mark what it cannot do."""
    lexer = shlex.shlex(mode.read_text(encoding="utf-8"), posix=True, punctuation_chars="|")
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in lexer:
        if word == "|":
            commands.append([])
        elif word == "$1":
            commands[-1].append("-g")
        elif word != "$2":
            commands[-1].append(word)
    if not all(commands):
        raise TranslatorError(f"{mode}: no pipeline of programs was found in this mode file")
    return [[command[0], "-z", *command[1:]] for command in commands]


@functools.lru_cache(maxsize=64)
def _version(mode: Path) -> str:
    """Hash of everything that decides a translation: pipeline, linguistic data, programs."""
    digest = hashlib.blake2b(digest_size=6)
    for command in _commands(mode):
        for argument in command:
            path = Path(argument)
            digest.update(path.name.encode())
            if path.is_file():
                with path.open("rb") as data:
                    digest.update(hashlib.file_digest(data, "blake2b").digest())
    program = shutil.which("lt-proc")
    if program:
        said = subprocess.run([program, "--version"], capture_output=True, check=False)  # noqa: S603
        digest.update(said.stdout)
    return digest.hexdigest()
