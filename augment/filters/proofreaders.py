"""Programs of this machine that know the grammar of a language, and what they find in a pair.

Neither is part of this package: both run as programs of their own, beside it, where they are
installed. Grammalecte [1]_ knows the rules of French; Link Grammar [2]_ tells how many words of an
English sentence fit into no parse, and what the best parse costs.

References
----------
.. [1] Grammalecte, a French grammar checker, https://grammalecte.net.
.. [2] Sleator and Temperley, Parsing English with a Link Grammar, 1991 (CMU-CS-91-196).
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from augment.pipeline import Pipeline, PipelineError
from augment.segments import sentences
from augment.tokens import folded_words, unaccented

_WORKER: Final = Path(__file__).with_name("grammalecte_worker.py")
#: Words of a sentence beyond which a parse takes seconds: such a pair is passed over.
_LONGEST: Final = 40
#: Parses of a sentence that are compared; more take longer and find the same.
_PARSES: Final = 100
#: Growth of the cost of a parse that counts as a fault. The best parse of a sentence costs 0 to 5;
#: the half of benchmarks/rule_engines.py that this was tuned on.
_DEARER: Final = 1.0
#: Signs by which a line would be a command to Link Grammar, or a comment.
_COMMANDS: Final = " !%*/"
_COST: Final = re.compile(r"UNUSED=(\d+) DIS= ?(-?[\d.]+)")
_SECONDS: Final = 10
#: How often a program is started anew before it counts as one that does not work.
_ATTEMPTS: Final = 3
_UNBUFFERED: Final = ("stdbuf", "-oL")


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that a program did not get through, and why."""

    why: str


class Proofreader(ABC):
    """A grammar program: started at the first text, and spoken to until this process ends.

    Parameters
    ----------
    name, version
        Of the program.
    command
        It and its arguments.
    asked, answered
        What ends a piece on its way in, and its answer on the way out.

    Attributes
    ----------
    program
        Its name and version.
    by_rules_only
        Whether it can judge only what an engine by rules made: texts that keep the build of the
        original. Whoever puts a sentence in other words builds it anew, and what is unusual to
        the program is unusual in good sentences as well.
    longest
        Words of a piece beyond which a pair is passed over.
    plain
        A piece that the program gets through wherever it works at all.
    """

    by_rules_only = False
    longest = sys.maxsize
    plain: str

    def __init__(
        self,
        name: str,
        version: str,
        command: list[str],
        *,
        asked: str = "\0",
        answered: str = "\0",
    ) -> None:
        self.program = f"{name} {version}"
        self._start = partial(Pipeline, name, [command], asked=asked, answered=answered)
        self._running: Pipeline | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the program; the next text starts it again."""
        if self._running is not None:
            self._running.close()
            self._running = None
            atexit.unregister(self.close)

    def faults(self, pairs: Sequence[tuple[str, str]]) -> list[str | Unread]:
        """Say of each original and its new text what is wrong in the new one alone; "" nothing.

        Of a text that the program breaks off at or hangs at, while it goes through others, why it
        is unread: no verdict on it.

        Raises
        ------
        PipelineError
            When the program goes through no text at all.
        """
        split = [(self._pieces(original), self._pieces(text)) for original, text in pairs]
        read = [
            all(len(piece.split()) <= self.longest for side in pair for piece in side)
            for pair in split
        ]
        wanted = (
            piece
            for pair, short in zip(split, read, strict=True)
            if short
            for side in pair
            for piece in side
        )
        with self._lock:
            answers = self._ask([*dict.fromkeys(wanted)])
        return [
            self._told(pair, answers) if short else ""
            for pair, short in zip(split, read, strict=True)
        ]

    def _ask(self, pieces: Sequence[str]) -> dict[str, str | Unread]:
        """Give the answer to each piece, or why there is none."""
        if not pieces:
            return {}
        try:
            return dict(zip(pieces, self._run(pieces), strict=True))
        except PipelineError:
            self._check_that_it_works()
        if len(pieces) > 1:
            middle = len(pieces) // 2  # the others shall not pay for one that it dies of
            return {**self._ask(pieces[:middle]), **self._ask(pieces[middle:])}
        try:  # it may have been killed, as where memory is short: no fault of the text
            return dict(zip(pieces, self._run(pieces), strict=True))
        except PipelineError as error:
            return {pieces[0]: Unread(str(error))}

    def _run(self, pieces: Sequence[str]) -> list[str]:
        try:
            if self._running is None:
                self._running = self._start()
                atexit.register(self.close)
            return self._running.run(pieces)
        except PipelineError:
            self.close()
            raise

    def _check_that_it_works(self) -> None:
        """Raise the program's error when it does not get through a plain sentence either.

        Nothing but this decides whether the program is to be blamed, or a text: so it does not
        depend on the texts that came before, which a run that goes on does not show it again.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._run([self.plain])
                return
            except PipelineError:
                if attempt == _ATTEMPTS:
                    raise

    def _told(
        self, pair: tuple[Sequence[str], Sequence[str]], answers: dict[str, str | Unread]
    ) -> str | Unread:
        sides: list[list[tuple[str, str]]] = []
        for pieces in pair:
            answered: list[tuple[str, str]] = []
            for piece in pieces:
                answer = answers[piece]
                if isinstance(answer, Unread):
                    return answer
                answered.append((piece, answer))
            sides.append(answered)
        return self._look(*sides)

    @abstractmethod
    def _pieces(self, text: str) -> list[str]:
        """Cut a text into what the program reads at once."""

    @abstractmethod
    def _look(self, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> str:
        """Compare pieces of original and new text, each with its answer."""


class Grammalecte(Proofreader):
    """French: agreement, conjugation, elision, confusions, and words that do not exist."""

    plain = "Il dort."

    def __init__(self, python: str, version: str) -> None:
        super().__init__("Grammalecte", version, [python, "-I", str(_WORKER)])

    def _pieces(self, text: str) -> list[str]:
        return _lines(text)

    def _look(self, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> str:
        """Say which rule the new text breaks that its original does not."""
        words_before = {word for line, _ in before for word in folded_words(line)}
        known = {_stem(word) for word in words_before}
        had = Counter(rule for _, answer in before for rule, *_ in json.loads(answer))
        has: Counter[str] = Counter()
        for line, answer in after:
            for rule, kind, start, end in json.loads(answer):
                has[rule] += 1
                if _beside_a_name(line, start, end):
                    continue
                words = line[start:end].strip()
                if kind == "spelling":
                    # Elsewhere a word with a capital is a name, which other checks look at.
                    if (start == 0 or words.islower()) and known.isdisjoint(
                        map(_stem, folded_words(words))
                    ):
                        return f"{words!r} is no French word"
                elif has[rule] > had[rule] and (
                    # Other compounds are coined every day: "co-pilote", "attentat-suicide".
                    kind != "mc" or words_before.issuperset(folded_words(words))
                ):
                    return f"{words!r} ({_KINDS[kind]})"
        return ""


#: What the kinds of Grammalecte's rules are about.
_KINDS: Final = {
    "conf": "another word is meant",
    "conj": "conjugation",
    "eleu": "elision",
    "gn": "agreement",
    "imp": "imperative",
    "infi": "infinitive",
    "inte": "question",
    "mc": "words joined",
    "notype": "said twice",
    "ppas": "participle",
}


class LinkGrammar(Proofreader):
    """English: words that fit into no parse of the sentence, or into a strange one only."""

    by_rules_only = True
    longest = _LONGEST
    plain = "This is good."

    def __init__(self, program: str, version: str) -> None:
        super().__init__(
            "Link Grammar",
            version,
            [
                *_UNBUFFERED,  # into a pipe it would answer only when a buffer is full
                *(program, "en", "-verbosity=1", "-graphics=0", "-spell=0", "-panic=0"),
                *(f"-limit={_PARSES}", f"-timeout={_SECONDS}"),
            ],
            # A setting that changes nothing is acknowledged: the sign that a sentence is done.
            asked="\n!width=1000\n",
            answered="width set to 1000\n",
        )

    def _pieces(self, text: str) -> list[str]:
        return _sentences(text)

    def _look(self, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> str:
        """Say how much worse the new text can be parsed than its original."""
        costs: list[tuple[int, float]] = []
        for side in (before, after):
            found = [_COST.search(answer) for _, answer in side]
            parsed = [one for one in found if one is not None]
            if len(parsed) < len(found):  # no parse in the time that it has
                return ""
            costs.append((sum(int(one[1]) for one in parsed), sum(float(one[2]) for one in parsed)))
        (left_before, cost_before), (left_after, cost_after) = costs
        if left_after > left_before:
            return f"{left_after} words that fit into no parse of it, {left_before} of the original"
        if left_after == left_before and cost_after - cost_before > _DEARER:
            return (
                f"a strange sentence: its parse costs {cost_after:.1f}, the original's "
                f"{cost_before:.1f}, at most {_DEARER:g} more wanted"
            )
        return ""


#: Language -> the program that proofreads it, and the line that gets it on Debian and Ubuntu.
PROOFREADERS: Final = {
    "fr": ("Grammalecte", "sudo apt-get install grammalecte-cli"),
    "en": ("Link Grammar", "sudo apt-get install link-grammar"),
}


@cache
def proofreader(language: str) -> Proofreader | None:
    """Give the proofreader of a language, None where this machine has none.

    Parameters
    ----------
    language
        A code: "fr", "en"; there is none for others.
    """
    if language == "fr" and (script := shutil.which("grammalecte-cli")):
        python = _interpreter(Path(script))
        ask = "from importlib.metadata import version; print(version('Grammalecte-fr'))"
        version = _said([python, "-I", "-c", ask]) if python else ""
        return Grammalecte(python, version) if version else None
    program = shutil.which("link-parser")
    if language == "en" and program and shutil.which(_UNBUFFERED[0]):
        found = re.search(r"link-grammar-([\d.]+\d)", _said([program, "--version"]))
        return LinkGrammar(program, found[1]) if found else None
    return None


def _interpreter(script: Path) -> str:
    """Give the Python that runs a script, by its first line."""
    with script.open("rb") as file:
        first = file.readline(200).decode("utf-8", "replace").strip()
    words = first.removeprefix("#!").split()
    if not first.startswith("#!") or not words:
        return ""
    named = words[1] if Path(words[0]).name == "env" and len(words) > 1 else words[0]
    return shutil.which(named) or ""


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a program of this machine, without user input
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _stem(word: str) -> str:
    """Give a word without accents and without what plural and gender add."""
    return unaccented(word).rstrip("es")


def _lines(text: str) -> list[str]:
    """Lines of a text, each on one line for sure and without the sign that ends a piece."""
    text = text.encode("utf-8", "replace").decode()  # half a character cannot be sent
    lines = (" ".join(line.replace("\0", " ").split()) for line in text.splitlines())
    return [line for line in lines if line]


def _sentences(text: str) -> list[str]:
    """Sentences of a text, none of which can be read as a command."""
    plain = text.replace("\u2019", "'")
    found = (one.strip(_COMMANDS) for line in _lines(plain) for one in sentences(line))
    return [one for one in found if any(map(str.isalpha, one))]


def _beside_a_name(line: str, start: int, end: int) -> bool:
    """Whether a fault is of a name, or of the word in front of one: "de Io", "la National"."""
    inside = line[start:end].strip()
    behind = line[end:].lstrip()
    return (start > 0 and inside[:1].isupper()) or behind[:1].isupper()
