"""How a neural engine picks words: the best ones, or drawn by chance; and which of several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from augment.errors import InputError

Kind = Literal["beam", "sample"]
#: Widest beam, and so the most different translations that beam search gives of one text.
WIDEST_BEAM: Final = 32
#: Most draws of one text.
MOST_SAMPLES: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoding:
    """How the words of a translation are chosen.

    Parameters
    ----------
    kind
        ``"beam"``: search for the most probable text; variant *k* is the one in place *k*.
        ``"sample"``: draw every word by its probability; every variant is a draw of its own.
    beam_size
        Width of the search, 1 (greedy, the fastest) to 32. It is widened to `variants` where that
        is more.
    temperature
        For sampling, above 0: below 1 the probable words become more probable still.
    top_k
        For sampling: draw among this many of the most probable words; 0 for all.
    seed
        For sampling: another seed gives other draws.
    variant, variants
        Which one is wanted (0 is the first) of how many in all.

    Raises
    ------
    InputError
        For a value out of its range.

    References
    ----------
    Drawing back-translations: Edunov et al., "Understanding Back-Translation at Scale", EMNLP
    2018 (sampling among the ten most probable words); Xie et al., "Unsupervised Data Augmentation
    for Consistency Training", NeurIPS 2020 (temperature 0.8).

    Examples
    --------
    >>> Decoding(kind="sample", variant=2).name
    'sample-t0.8-k10-s0#2'
    """

    kind: Kind = "beam"
    beam_size: int = 4
    temperature: float = 0.8
    top_k: int = 10
    seed: int = 0
    variant: int = 0
    variants: int = 1

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InputError(f"decoding is {self.kind!r}; wanted: {', '.join(get_args(Kind))}")
        if not 1 <= self.beam_size <= WIDEST_BEAM:
            raise InputError(f"beam_size is {self.beam_size}; wanted: 1 to {WIDEST_BEAM}")
        if not 0 < self.temperature <= 5:
            raise InputError(f"temperature is {self.temperature:g}; wanted: above 0, at most 5")
        if self.top_k < 0:
            raise InputError(f"top_k is {self.top_k}; wanted: 0 (all words) or more")
        if not 0 <= self.variant < self.variants and self.kind == "beam":
            raise InputError(f"variant {self.variant} of {self.variants} does not exist")

    @property
    def most_variants(self) -> int:
        """How many different texts can be asked for."""
        return WIDEST_BEAM if self.kind == "beam" else MOST_SAMPLES

    @property
    def width(self) -> int:
        """Width of the beam that gives `variants` texts."""
        return max(self.beam_size, self.variants)

    @property
    def name(self) -> str:
        """Everything that decides the result, for the store and the manifest."""
        if self.kind == "sample":
            drawn = f"sample-t{self.temperature:g}-k{self.top_k}-s{self.seed}"
            return f"{drawn}#{self.variant}"
        if self.variants == 1:
            return f"beam{self.width}"
        return f"beam{self.width}best#{self.variant}"

    def of_leg(self, *, last: bool) -> Decoding:
        """Give the decoding of one leg of a round trip.

        Draws differ on every leg. With beam search the way out is the best text, translated once
        for all variants, and the way back gives the different ones.
        """
        if last or self.kind == "sample":
            return self
        return replace(self, variant=0, variants=1)


#: The most probable text alone.
BEST: Final = Decoding()
