"""The paraphrase filter over rows: per method its own checks, for text pairs a chain per side.

A new row of a text pair is judged side by side, each side against its own original. Whether the
row is there already is asked of the whole pair: in a table of pairs one side often stands in
several rows, and its paraphrase may too, beside another partner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from augment.filters import FilterChain, FilterSettings, Original, build_filters
from augment.filters.duplicate import Duplicate, key_of
from augment.filters.recall import Recall, identity_of
from augment.records import Candidate, Paraphrase, Rejection
from augment.store import Store
from augment.tokens import change


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered for one row: a candidate per side, and all its text cells as they would be.

    Parameters
    ----------
    sides
        One candidate per column that is rewritten.
    texts
        The text cells of the new row, the untouched ones too.
    """

    sides: tuple[Candidate, ...]
    texts: tuple[str, ...]

    def joined(self) -> Candidate:
        """One candidate for the row: for a pair, its texts below each other."""
        first = self.sides[0]
        if len(self.texts) == 1:
            return first
        return replace(
            first,
            original="\n".join(side.original for side in self.sides),
            text="\n".join(side.text for side in self.sides),
            marks=tuple(mark for side in self.sides for mark in side.marks),
            texts=self.texts,
        )


class Checks:
    """Decides on offers, and remembers which rows are taken.

    Parameters
    ----------
    columns
        Names of all text columns.
    sides
        Those of them that are rewritten, as positions in `columns`.
    """

    def __init__(self, columns: Sequence[str], sides: Sequence[int]) -> None:
        self.columns = columns
        self.sides = sides
        self.pairs = Duplicate() if len(columns) > 1 else None
        self._taken = FilterChain()
        self._chains: dict[str, list[FilterChain]] = {}
        self._seen = blake2b(digest_size=16)

    def see_original(self, texts: Sequence[str]) -> None:
        """Remember the texts of an original, so that no new row repeats it."""
        self._seen.update(repr(texts).encode("utf-8", "surrogatepass"))
        if self.pairs is None:
            self._taken.see_original(texts[0])
        else:
            self.pairs.originals.add(_pair_key(texts))

    def build(self, method: str, settings: FilterSettings, disabled: Sequence[str]) -> None:
        """Make the checks for candidates of one method."""
        if self.pairs is not None:
            disabled = (*disabled, "duplicate")  # the row's, not a side's
        self._chains[method] = [
            self._taken.with_filters(build_filters(settings, disabled=disabled), settings)
            for _ in self.sides
        ]

    def learn(self, rows: Callable[[str], Iterable[Original]]) -> None:
        """Show the rows of each rewritten column, by its name, to the checks that learn."""
        for chains in self._chains.values():
            for side, chain in zip(self.sides, chains, strict=True):
                if chain.learns:
                    chain.learn(rows(self.columns[side]))

    def remember(self, store: Store, versions: Mapping[str, str], classes: object) -> None:
        """Let findings on windows seen before come from a store.

        Parameters
        ----------
        store
            The translation store.
        versions
            Of the libraries that checks use.
        classes
            The class of every row: what `learn` shows beside the texts seen.
        """
        for chains in self._chains.values():
            for side, chain in zip(self.sides, chains, strict=True):
                shown = (side, self._seen.digest(), classes) if chain.learns else None
                identity = identity_of(chain.filters, chain.settings, versions, shown)
                chain.recall = None if identity is None else Recall(store, identity)

    def apply(self, method: str, offers: Sequence[Offer]) -> list[Paraphrase | Rejection]:
        """Check offers of one method; one result per offer, in order."""
        chains = self._chains[method]
        if self.pairs is None:
            return chains[0].apply([offer.sides[0] for offer in offers])
        results = [
            chain.apply([offer.sides[side] for offer in offers])
            for side, chain in enumerate(chains)
        ]
        return [self._settle(offer, row) for offer, *row in zip(offers, *results, strict=True)]

    def _settle(
        self, offer: Offer, results: Sequence[Paraphrase | Rejection]
    ) -> Paraphrase | Rejection:
        """Keep a row whose every side passes; the weaker side's similarity stands for it."""
        assert self.pairs is not None
        joined = offer.joined()
        share = change(joined.original, joined.text)
        scores = [one.similarity for one in results if one.similarity is not None]
        similarity = min(scores, default=None)
        for side, one in zip(self.sides, results, strict=True):
            if isinstance(one, Rejection):
                detail = f"{self.columns[side]!r}: {one.detail}"
                return Rejection(joined, one.reason, detail, similarity, share)
        key = _pair_key(offer.texts)
        finding = self.pairs.look(key)
        if not finding.passed:
            detail = finding.detail.replace("text", "pair")
            return Rejection(joined, self.pairs.name, detail, None, share)
        self.pairs.accepted.add(key)
        return Paraphrase(joined, similarity, share)

    def describe(self) -> dict[str, Any]:
        """Exact thresholds, for the manifest: of each method where there are several."""
        described = {method: chains[0].describe() for method, chains in self._chains.items()}
        first = next(iter(described.values()))
        return described if len(described) > 1 else first

    def notes(self) -> list[str]:
        """Sentences that the user should read before the run, each once."""
        chains = [chain for chains in self._chains.values() for chain in chains]
        return list(dict.fromkeys(note for chain in chains for note in chain.notes()))

    def missed(self) -> list[str]:
        """Sentences on what checks could not look at, and why; for the end of the run."""
        chains = [chain for chains in self._chains.values() for chain in chains]
        return [line for chain in chains for line in chain.missed()]


def _pair_key(texts: Sequence[str]) -> bytes:
    return blake2b(b"".join(map(key_of, texts)), digest_size=16).digest()


def describe_settings(chosen: Mapping[str, FilterSettings]) -> str:
    """Give the thresholds that the signature names, of each method."""
    parts = []
    for settings in chosen.values():
        most = f"-{settings.max_change:g}" if settings.max_change < 1 else ""
        parts.append(f"sim{settings.min_similarity:g},chg{settings.min_change:g}{most}")
    return "/".join(dict.fromkeys(parts))
