"""Larger, class-balanced text data sets by back-translation, and whether they helped.

>>> import augment
>>> sorted(augment.__all__)[:2]
['AugmentError', '__version__']
"""

from __future__ import annotations

from pathlib import Path as _Path
from typing import TYPE_CHECKING, Any

from augment._version import __version__
from augment.errors import AugmentError

if TYPE_CHECKING:
    from augment.datasets.backtranslate import Augmented as Augmented
    from augment.datasets.backtranslate import BacktranslateConfig as BacktranslateConfig
    from augment.datasets.backtranslate import back_translate as back_translate
    from augment.datasets.batch_map import ParaphraseRows as ParaphraseRows
    from augment.datasets.sampler import BackTranslationSampler as BackTranslationSampler
    from augment.datasets.sampler import WordsSampler as WordsSampler
    from augment.datasets.words import WordsConfig as WordsConfig
    from augment.datasets.words import augment_words as augment_words
    from augment.nlpaug_flow import ParaphraseAug as ParaphraseAug
    from augment.paraphrasing import TextParaphraser as TextParaphraser
    from augment.train.kfold import KFoldConfig as KFoldConfig
    from augment.train.kfold import KFoldResult as KFoldResult
    from augment.train.kfold import kfold_train as kfold_train

#: name -> module; loaded on first use, because the modules load pandas, numpy or torch.
_LAZY = {
    "Augmented": "augment.datasets.backtranslate",
    "BacktranslateConfig": "augment.datasets.backtranslate",
    "back_translate": "augment.datasets.backtranslate",
    "WordsConfig": "augment.datasets.words",
    "augment_words": "augment.datasets.words",
    "TextParaphraser": "augment.paraphrasing",
    "ParaphraseAug": "augment.nlpaug_flow",
    "ParaphraseRows": "augment.datasets.batch_map",
    "BackTranslationSampler": "augment.datasets.sampler",
    "WordsSampler": "augment.datasets.sampler",
    "KFoldConfig": "augment.train.kfold",
    "KFoldResult": "augment.train.kfold",
    "kfold_train": "augment.train.kfold",
}

__all__ = ["AugmentError", "__version__", *_LAZY]

# In a checkout the folders `datasets` and `train` lie beside this one, because the name
# `datasets` must stay free for the library of that name; an installed wheel has them inside.
_root = _Path(__file__).resolve().parent.parent
if not (_Path(__file__).parent / "datasets").is_dir() and (_root / "pyproject.toml").is_file():
    __path__.append(str(_root))


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'augment' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
