"""Paraphrases behind nlpaug's own interface, so that they stand in its flows.

A leaf: nlpaug is loaded when this module is, and nothing imports it at its top.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from augment.blank import is_blank
from augment.extras import require
from augment.paraphrasing import TextParaphraser

_Augmenter: Any = require("nlpaug", extra="words", purpose="ParaphraseAug").Augmenter


class ParaphraseAug(_Augmenter):  # type: ignore[misc]
    """An augmenter of nlpaug whose texts are back-translations that passed every check.

    Parameters
    ----------
    pivot
        Languages to go through: ``"es,ca"``.
    name
        Name of this augmenter, as in nlpaug.
    options
        What else `augment.TextParaphraser` takes: ``source``, ``method``, ``seed``, ...

    Notes
    -----
    ``augment(text, n)`` gives up to `n` different paraphrases, fewer where no more pass. Asked
    again for the same text it goes on with the next one, as flows do to get several, and begins
    anew after the last. Given a list it gives one text for each, and, as nlpaug does, the text
    itself where nothing passed; ``paraphraser.rejected`` says why.

    Examples
    --------
    >>> made = ParaphraseAug(method="swap", source="en", no_filter="similarity")
    >>> len(set(made.augment("It was a very good film and I liked it.", n=3)))
    3
    """

    def __init__(self, pivot: str = "", name: str = "Paraphrase_Aug", **options: Any) -> None:  # noqa: ANN401
        super().__init__(name=name, method="sentence", action="substitute", aug_min=1, aug_max=None)
        self.paraphraser = TextParaphraser(pivot=pivot, **options)
        self._turns: Counter[str] = Counter()

    def augment(self, data: Any, n: int = 1, num_thread: int = 1) -> list[str]:  # noqa: ANN401
        """Give paraphrases of a text, or one for each text of a list."""
        if isinstance(data, str):
            return [] if is_blank(data) else self._several(data, n)
        texts = [str(text) for text in data]
        found = self.paraphraser.paraphrase(texts)
        return [
            one[0].candidate.text if one else text for text, one in zip(texts, found, strict=True)
        ]

    def _several(self, text: str, n: int) -> list[str]:
        wanted = self._turns[text] + n
        found = [one.candidate.text for one in self.paraphraser.paraphrase([text], wanted)[0]]
        if not found:
            return []
        start = self._turns[text] if len(found) > self._turns[text] else 0
        self._turns[text] = start + n
        if len(self._turns) > 10_000:
            self._turns.clear()
        return found[start : start + n]

    @classmethod
    def is_duplicate(cls, dataset: Any, data: Any) -> bool:  # noqa: ANN401
        """Whether a text is there already."""
        return data in dataset

    @classmethod
    def clean(cls, data: Any) -> Any:  # noqa: ANN401
        """Texts stay as they are."""
        return data
