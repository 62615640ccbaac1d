"""A function for ``datasets.Dataset.map``: a batch of rows in, the rows and new ones out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from augment.errors import InputError
from augment.paraphrasing import TextParaphraser
from augment.records import AUG_COLUMNS, provenance

#: A column of None alone, as of a first batch without paraphrases, would have no type, and the
#: library refuses the numbers of later batches.
_NAN: Final = float("nan")


class ParaphraseRows:
    """Adds paraphrases behind the rows of a batch, each with where it came from.

    Parameters
    ----------
    text
        Column with the texts.
    n
        Most paraphrases of one row.
    options
        What `augment.TextParaphraser` takes: ``pivot``, ``method``, ``source``, ...

    Notes
    -----
    For ``dataset.map(rows, batched=True, with_indices=True)``: the indices become
    ``aug_source_id``. The columns added are those of every augmented table; ``aug_similarity`` and
    ``aug_change`` hold NaN where they do not apply. Duplicates are told within a batch;
    `augment.back_translate` tells them over the whole table, and balances it.

    Examples
    --------
    >>> rows = ParaphraseRows(text="text", method="swap", source="en", no_filter="similarity")
    >>> out = rows({"text": ["It was a very good film and I liked it."], "label": [1]}, [7])
    >>> out["aug_method"], out["aug_source_id"], out["label"]
    (['original', 'words:swap'], [7, 7], [1, 1])
    """

    def __init__(self, text: str = "text", n: int = 1, **options: Any) -> None:  # noqa: ANN401
        self.text = text
        self.n = n
        self.paraphraser = TextParaphraser(**options)

    def __call__(
        self, batch: Mapping[str, Sequence[Any]], indices: Sequence[int] | None = None
    ) -> dict[str, list[Any]]:
        """Give the batch's rows and behind them their paraphrases."""
        if indices is None:
            raise InputError(
                "no row numbers came with the batch; call map(..., batched=True, with_indices=True)"
            )
        columns = list(batch)
        if self.text not in columns:
            raise InputError(f"no column {self.text!r} (columns: {', '.join(columns)})")
        taken = [name for name in AUG_COLUMNS if name in columns]
        if taken:
            raise InputError(f"the batch has columns {', '.join(taken)}: it is augmented already")
        texts = ["" if text is None else str(text) for text in batch[self.text]]
        out: dict[str, list[Any]] = {name: list(batch[name]) for name in columns}
        added: list[tuple[object, ...]] = [
            (str(at), at, "original", "", "", None, None) for at in indices
        ]
        for place, found in enumerate(self.paraphraser.paraphrase(texts, self.n)):
            for one in found:
                for name in columns:
                    out[name].append(batch[name][place])
                out[self.text][-1] = one.candidate.text
                added.append(provenance(one, source_id=indices[place]))
        for name, cells in zip(AUG_COLUMNS, zip(*added, strict=True), strict=True):
            out[name] = [_NAN if cell is None else cell for cell in cells]
        return out
