"""Larger, class-balanced text data sets by back-translation, and whether they helped.

>>> import augment
>>> [name for name in augment.__all__ if name.endswith("_translate")]
['back_translate']
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
    from augment.datasets.convert import convert_table as convert_table
    from augment.datasets.filter_pairs import filter_pairs as filter_pairs
    from augment.datasets.formats.hugging_face import from_dataset as from_dataset
    from augment.datasets.formats.hugging_face import to_dataset as to_dataset
    from augment.datasets.inspection.inspect_table import inspect_table as inspect_table
    from augment.datasets.resampling import balance_table as balance_table
    from augment.datasets.review.apply import Reviewed as Reviewed
    from augment.datasets.review.apply import apply_review as apply_review
    from augment.datasets.sampler import BackTranslationSampler as BackTranslationSampler
    from augment.datasets.sampler import WordsSampler as WordsSampler
    from augment.datasets.split import split_table as split_table
    from augment.datasets.words import WordsConfig as WordsConfig
    from augment.datasets.words import augment_words as augment_words
    from augment.nlpaug_flow import ParaphraseAug as ParaphraseAug
    from augment.paraphrasing import TextParaphraser as TextParaphraser
    from augment.train.estimator import TextClassifier as TextClassifier
    from augment.train.evaluate_model import evaluate_model as evaluate_model
    from augment.train.kfold.kfold import KFoldConfig as KFoldConfig
    from augment.train.kfold.kfold import KFoldResult as KFoldResult
    from augment.train.kfold.kfold import kfold_train as kfold_train
    from augment.train.predict_table import predict_table as predict_table
    from augment.train.predictor import Predictor as Predictor
    from augment.train.train_model import TrainConfig as TrainConfig
    from augment.train.train_model import train_model as train_model

#: name -> module; loaded on first use, because the modules load pandas, numpy or torch.
_LAZY = {
    "Augmented": "augment.datasets.backtranslate",
    "BacktranslateConfig": "augment.datasets.backtranslate",
    "back_translate": "augment.datasets.backtranslate",
    "Reviewed": "augment.datasets.review.apply",
    "apply_review": "augment.datasets.review.apply",
    "WordsConfig": "augment.datasets.words",
    "augment_words": "augment.datasets.words",
    "balance_table": "augment.datasets.resampling",
    "convert_table": "augment.datasets.convert",
    "filter_pairs": "augment.datasets.filter_pairs",
    "from_dataset": "augment.datasets.formats.hugging_face",
    "inspect_table": "augment.datasets.inspection.inspect_table",
    "split_table": "augment.datasets.split",
    "to_dataset": "augment.datasets.formats.hugging_face",
    "TextParaphraser": "augment.paraphrasing",
    "ParaphraseAug": "augment.nlpaug_flow",
    "ParaphraseRows": "augment.datasets.batch_map",
    "BackTranslationSampler": "augment.datasets.sampler",
    "WordsSampler": "augment.datasets.sampler",
    "KFoldConfig": "augment.train.kfold.kfold",
    "KFoldResult": "augment.train.kfold.kfold",
    "kfold_train": "augment.train.kfold.kfold",
    "Predictor": "augment.train.predictor",
    "TextClassifier": "augment.train.estimator",
    "TrainConfig": "augment.train.train_model",
    "evaluate_model": "augment.train.evaluate_model",
    "predict_table": "augment.train.predict_table",
    "train_model": "augment.train.train_model",
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
