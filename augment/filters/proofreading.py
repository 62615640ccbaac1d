"""Refuses a candidate in which a grammar program finds a fault that the original does not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.filters.check import PASSED, Finding
from augment.filters.proofreaders import PROOFREADERS, proofreader
from augment.languages import language_name
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


class Proofreading:
    """A grammar program of this machine finds the text faulty, and the original not.

    French is proofread by Grammalecte; English by Link Grammar, and there only what an engine by
    rules made (`augment.filters.proofreaders`). Without the program, and in other languages, all
    pass.
    """

    name = "proofreading"

    def __init__(self, settings: FilterSettings) -> None:
        self._language = settings.language
        self._reader = proofreader(settings.language)
        self.program = self._reader.program if self._reader else ""

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        reader = self._reader
        if reader is None:
            return [PASSED] * len(candidates)
        read = [
            (at, candidate)
            for at, candidate in enumerate(candidates)
            if candidate.by_rules or not reader.by_rules_only
        ]
        findings = [PASSED] * len(candidates)
        faults = reader.faults([(candidate.original, candidate.text) for _, candidate in read])
        for (at, _), fault in zip(read, faults, strict=True):
            if fault:
                findings[at] = Finding(f"{reader.program}: {fault}")
        return findings

    def notes(self) -> list[str]:
        """Say when the program is not here."""
        if self._reader is not None or self._language not in PROOFREADERS:
            return []
        name, line = PROOFREADERS[self._language]
        language = language_name(self._language)
        return [
            f"proofreading check: {name}, which proofreads {language}, is not here; all pass "
            f"({line})"
        ]
