"""Refuses a candidate in which a grammar program finds a fault that the original does not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.enumeration import counted
from augment.filters.check import PASSED, Finding
from augment.filters.proofreaders import PROOFREADERS, Proofreader, Unread, proofreader
from augment.languages import language_name
from augment.pipeline import PipelineError
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
        self._missed = 0
        self._given_up = False
        self._why = ""

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        findings = [PASSED] * len(candidates)
        reader = self._reader
        if reader is None:
            return findings
        read = [
            (at, candidate)
            for at, candidate in enumerate(candidates)
            if candidate.by_rules or not reader.by_rules_only
        ]
        told = self._faults(reader, [(one.original, one.text) for _, one in read])
        for (at, _), fault in zip(read, told, strict=True):
            if isinstance(fault, Unread):
                self._missed += 1
                self._why = fault.why
                findings[at] = Finding(missed=True)
            elif fault:
                findings[at] = Finding(f"{reader.program}: {fault}")
        return findings

    def _faults(
        self, reader: Proofreader, pairs: Sequence[tuple[str, str]]
    ) -> Sequence[str | Unread]:
        if not self._given_up:
            try:
                return reader.faults(pairs)
            except PipelineError as error:
                self._given_up = True
                self._why = str(error)
        return [Unread(self._why)] * len(pairs)

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

    def missed(self) -> list[str]:
        """Say how many texts the program did not get through since this was last asked."""
        if not self._missed:
            return []
        texts, self._missed = counted(self._missed, "text"), 0
        why = " ".join(self._why.split())  # programs complain in lines
        program = self._reader.program if self._reader else ""
        given_up = ", which was given up" if self._given_up else ""
        return [
            f"proofreading check: {texts} passed unread by {program}{given_up} ({why}); a "
            "run of the same command with --force reads them"
        ]
