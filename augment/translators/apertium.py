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
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from augment.errors import PairError, TranslatorError
from augment.languages import language_code
from augment.pipeline import Pipeline, PipelineError
from augment.records import Translation
from augment.segments import Pieces, cut
from augment.translators import apertium_text
from augment.translators.apertium_classes import AmbiguityClasses

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
    try:
        arguments = [argument for command in _commands(mode) for argument in command]
    except (TranslatorError, ValueError, OSError):  # a file of another kind
        return False
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
    by_rules = True

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

    window = 768

    def __init__(self, mode: Path) -> None:
        self.mode = mode
        self.commands = _commands(mode)
        self.identity = f"apertium:{mode.stem}@{_version(mode)}"
        self._machinery: _Machinery | None = None

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
            if self._machinery is None:
                self._machinery = _Machinery(self.commands)
            return self._machinery.translate(pieces)
        except (PipelineError, TranslatorError) as error:
            self.close()
            if len(pieces) == 1:
                return [Translation("", error=str(error))]
            middle = len(pieces) // 2
            return self._translate_pieces(pieces[:middle]) + self._translate_pieces(pieces[middle:])

    def close(self) -> None:
        """End the programs."""
        if self._machinery is not None:
            self._machinery.close()
            self._machinery = None


class _Machinery:
    """The running programs of a mode: up to the tagger, from the tagger on, and one to ask."""

    def __init__(self, commands: list[list[str]]) -> None:
        self._sent = 0
        self._open: list[Pipeline] = []
        # Taggers of the other kinds (-gx, a perceptron) have no ambiguity classes.
        hidden_markov = [
            n for n, c in enumerate(commands) if "apertium-tagger" in c[0] and "-g" in c
        ]
        tagger = hidden_markov[0] if hidden_markov else 0
        try:
            self._front = self._start(commands[:tagger]) if tagger else None
            self._back = self._start(commands[tagger:])
            if self._front:
                command = commands[tagger]
                self._tagger = self._start([[command[0], "-d", *command[1:]]])
                self._classes = AmbiguityClasses(self._known)
        except PipelineError:
            self.close()
            raise

    def _start(self, commands: list[list[str]]) -> Pipeline:
        self._open.append(Pipeline("apertium", commands))
        return self._open[-1]

    def translate(self, pieces: list[str]) -> list[Translation]:
        first = self._sent
        self._sent += len(pieces)
        stream = [apertium_text.encode(number, piece) for number, piece in enumerate(pieces, first)]
        if self._front:
            stream = self._classes.settle(self._front.run(stream))
        return [
            apertium_text.decode(number, output, piece)
            for number, (output, piece) in enumerate(
                zip(self._back.run(stream), pieces, strict=True), first
            )
        ]

    def _known(self, asked: Sequence[tuple[str, ...]]) -> list[bool]:
        """Ask the tagger: in debug mode it names the words of which it does not know the class."""
        self._tagger.said()
        self._tagger.run([f"^w{n}q/{'/'.join(readings)}$" for n, readings in enumerate(asked)])
        unknown = set(re.findall(r"\bw(\d+)q\b", self._tagger.said()))
        return [str(number) not in unknown for number in range(len(asked))]

    def close(self) -> None:
        for pipeline in self._open:
            pipeline.close()


def _put_together(parts: Pieces, done: dict[str, Translation]) -> Translation:
    found = [done[piece] for piece in parts.pieces]
    failed = next((piece.error for piece in found if piece.error), "")
    if failed:
        return Translation("", error=failed)
    marks = tuple(mark for piece in found for mark in piece.marks)
    return Translation(parts.join([piece.text for piece in found]), marks)


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
