"""The main job by other means than translation: word, sentence and model augmenters."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from augment.config import build
from augment.datasets.augmentation.recipe import WordsConfig
from augment.datasets.backtranslate import Augmented, run_recipe
from augment.progress import SILENT, Progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WordsConfig", "augment_words"]


def augment_words(
    data: pd.DataFrame | str | PathLike[str] | None = None,
    config: WordsConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Augmented:
    """Make a larger, class-balanced table with the methods of `augment.augmenters`.

    Parameters
    ----------
    data
        A data frame, or a path, as in `augment.back_translate`. Left out: ``config.input``.
    config
        The recipe; `options` are its fields by name and go before it.
    progress
        Gets notes and stages; silent by default.

    Returns
    -------
    Augmented
        The manifest, and the tables as `frame` and `rejected`.

    Raises
    ------
    InputError
        For options or a table that cannot be used, and for a method that makes no sense for the
        language of the texts; nothing was written.
    TranslatorError
        When an address was out of reach; what it gave is in the store, and the same call goes on
        from there.

    Examples
    --------
    >>> import pandas as pd, augment
    >>> frame = pd.DataFrame({"text": ["The film was very good, and the book was bad."]})
    >>> done = augment.augment_words(frame, method="swap", source="en", label="none",
    ...                              store="none", no_filter="similarity")
    >>> list(done.frame["aug_method"])
    ['original', 'words:swap']
    """
    return run_recipe(data, build(config, WordsConfig, options), progress)
