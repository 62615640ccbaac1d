"""Engines that translate: one file per engine, one table of them all.

An `Engine` knows its pairs of languages and opens a `Translator` for one direction. Adding an
engine = one file here, one line in `ENGINES`, one test file. Other packages add theirs through
the entry-point group ``augment.translators``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from augment.decoding import Decoding
from augment.errors import InputError
from augment.records import Translation

#: name -> "module:factory". The factory takes no argument and gives an `Engine`.
ENGINES: dict[str, str] = {
    "marian": "augment.translators.neural:marian",
    "nllb": "augment.translators.neural:nllb",
    "m2m100": "augment.translators.neural:m2m100",
    "apertium": "augment.translators.apertium:Apertium",
    "google": "augment.translators.online:google",
    "deepl": "augment.translators.online:deepl",
    "microsoft": "augment.translators.online:microsoft",
    "libre": "augment.translators.online:libre",
    "mymemory": "augment.translators.online:mymemory",
    "yandex": "augment.translators.online:yandex",
    "papago": "augment.translators.online:papago",
    "baidu": "augment.translators.online:baidu",
    "tencent": "augment.translators.online:tencent",
    "qcri": "augment.translators.online:qcri",
    "chatgpt": "augment.translators.online:chatgpt",
}
#: What ``auto`` tries, best first: engines of this machine only, so that no text leaves it.
LOCAL: tuple[str, ...] = ("marian", "nllb", "m2m100", "apertium")
GROUP = "augment.translators"


@runtime_checkable
class Translator(Protocol):
    """One direction of one engine."""

    #: Engine, version, direction and decoding: whatever would change a translation.
    identity: str
    #: Texts to hand over at once: what may be lost when the process is killed.
    window: int

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts of any content; one result per text, in order."""

    def close(self) -> None:
        """Give back processes, memory or connections."""


@runtime_checkable
class Engine(Protocol):
    """A way of translating between some pairs of languages.

    An engine that takes any pair may have a method ``lacks(source, target) -> str`` that says
    beforehand what it cannot do, and one that can use a server of the user's own a method
    ``at(url) -> Engine``. One that goes by rules says so by ``by_rules = True``: it is wrong the
    more often the more it changes. A translator that waits may have ``interrupt()``, which ends
    its waits.
    """

    #: As users name it, and as it stands in the column ``aug_engine``.
    name: str
    #: Where the texts go; empty for an engine of this machine.
    host: str

    def pairs(self) -> frozenset[tuple[str, str]] | None:
        """Directed pairs (source, target) at hand; None when any pair may be asked for."""

    def open(self, source: str, target: str) -> Translator:
        """Make one direction ready."""

    def how_to_get(self, source: str, target: str) -> str:
        """Say the command that would bring a pair that is missing; empty when there is none."""


@runtime_checkable
class Varied(Engine, Protocol):
    """An engine that can also give several different translations of one text."""

    def most_variants(self, decoding: Decoding) -> int:
        """How many different translations of one text can be asked for."""

    def open_decoding(self, source: str, target: str, decoding: Decoding) -> Translator:
        """Make one direction ready that gives the variant which `decoding` names."""


def engine_names() -> list[str]:
    """Names of all engines, those of other packages included."""
    return [*ENGINES, *(point.name for point in entry_points(group=GROUP))]


def load_engine(name: str) -> Engine:
    """Load an engine by name.

    Raises
    ------
    InputError
        For an unknown name; the message lists the known ones.

    Examples
    --------
    >>> load_engine("apertium").name
    'apertium'
    """
    if name in ENGINES:
        module, _, attribute = ENGINES[name].partition(":")
        factory: Callable[[], Engine] = getattr(importlib.import_module(module), attribute)
        return factory()
    for point in entry_points(group=GROUP, name=name):
        return point.load()()  # type: ignore[no-any-return]
    known = engine_names()
    close = get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise InputError(f"unknown translator {name!r}{hint} (known: auto, {', '.join(known)})")
