"""From a folder as the hub has it to a folder that CTranslate2 reads.

The weights go through CTranslate2's own converter. The tokens come from
`augment.translators.subwords` and not from the tokenizer classes of transformers: those changed
between its versions, and a table that is shifted by one gives fluent nonsense.
"""

from __future__ import annotations

import errno
import json
import pickle
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from augment.errors import AugmentError, InputError
from augment.extras import require
from augment.languages import language_code
from augment.translators.subwords import END, FILES, START, UNKNOWN, vocabulary

_FAMILIES: Final = {"marian": "marian", "m2m_100": "m2m100"}
WEIGHTS: Final = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                  "pytorch_model.bin.index.json")  # fmt: skip
#: Faults of the disk that is written to.
DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EPERM})
#: Which of several scripts or regions of a language is meant by its plain code.
_USUAL: Final = (
    "cmn_Hans", "zho_Hans", "zh_cn", "arb_Arab", "arb", "ara", "srp_Cyrl", "por", "pes_Arab",
    "nob_Latn", "ace_Latn", "kas_Arab", "knc_Latn", "bjn_Latn", "taq_Latn", "uzn_Latn", "azj_Latn",
)  # fmt: skip
#: Codes of the models that are none of ISO 639.
_ODD: Final = {"ns": "nso", "nob_Latn": "no", "jap": "ja"}


def family_of(folder: Path) -> str:
    """Say of which family the model in a folder is.

    Raises
    ------
    InputError
        When it is no model of a family that can be converted, or files of it are missing.
    """
    config = read_config(folder)
    kind = str(config.get("model_type", ""))
    family = _FAMILIES.get(kind)
    if family == "m2m100" and not (folder / "vocab.json").is_file():
        family = "nllb"  # the same network, another tokenizer
    if family is None:
        raise InputError(
            f"{folder} holds a model of type {kind!r}; wanted: Marian (OPUS-MT), M2M100 or NLLB"
        )
    missing = [name for name in FILES[family] if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} lacks {', '.join(missing)}, which a {family} model needs")
    if not any((folder / name).is_file() for name in WEIGHTS):
        raise InputError(f"{folder} holds no weights (model.safetensors or pytorch_model.bin)")
    return family


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model's ``config.json``."""
    path = folder / "config.json"
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder} is no model folder: config.json cannot be read ({error})"
        ) from error
    return values


def languages_of(tokens: Sequence[str], family: str) -> dict[str, str]:
    """Languages that a vocabulary has a token for -> that token.

    Examples
    --------
    >>> languages_of(["</s>", ">>fra<<", ">>es<<", "▁a"], "marian")
    {'fr': '>>fra<<', 'es': '>>es<<'}
    """
    around = {"marian": (">>", "<<"), "m2m100": ("__", "__"), "nllb": ("", "")}[family]
    found: dict[str, str] = {}
    for token in tokens:
        if not (token.startswith(around[0]) and token.endswith(around[1])) or token in around:
            continue
        inner = token[len(around[0]) : len(token) - len(around[1])]
        if family == "nllb" and not (len(inner) == 8 and inner[3] == "_"):
            continue
        try:
            code = _ODD.get(inner) or language_code(inner)
        except InputError:
            continue  # a dialect or an artificial language without a code here
        if code not in found or inner in _USUAL:
            found[code] = token
    return found


@contextmanager
def quiet_transformers() -> Iterator[Any]:
    """Give the library without its loading bars and its advice on what else to install."""
    transformers = require("transformers", extra="local", purpose="converting a model")
    logging = transformers.utils.logging
    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield transformers
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()


def convert(folder: Path, out: Path, *, quantization: str) -> list[str]:
    """Convert a model; tokenizer files are copied beside the weights.

    Parameters
    ----------
    folder
        As the hub has it. Weights in a pickle are read as data alone, nothing in them is run.
    out
        Folder to make.
    quantization
        Number format of the weights: ``int8``, ``float16``, ``float32``, ``int8_float16``, ...

    Returns
    -------
    list of str
        The model's tokens.

    Raises
    ------
    InputError
        When the folder holds no model that can be converted.
    """
    family = family_of(folder)
    converters = require("ctranslate2.converters", extra="local", purpose="converting a model")
    config = read_config(folder)
    size = config.get("vocab_size")
    if not isinstance(size, int):
        raise InputError(f"{folder}: vocab_size in config.json is {size!r}; wanted: a number")
    tokens = _read_vocabulary(folder, family, size)
    if len(tokens) != size:
        raise InputError(
            f"{folder}: the vocabulary has {len(tokens):,} tokens, the weights {size:,}; files of "
            "two models were mixed"
        )

    class Converter(converters.TransformersConverter):  # type: ignore[misc,name-defined]
        """Takes the tokens from here."""

        def load_tokenizer(self, *args: object, **kwargs: object) -> SimpleNamespace:
            return _tokens_alone(tokens)

    broken = require("safetensors", extra="local", purpose="converting a model").SafetensorError
    with quiet_transformers():
        try:
            Converter(str(folder)).convert(str(out), quantization=quantization)
        except (
            OSError, ValueError, RuntimeError, KeyError, EOFError, pickle.UnpicklingError, broken,
        ) as error:  # fmt: skip
            if isinstance(error, OSError) and error.errno in DISK:
                raise  # the disk's fault, not the folder's
            raise InputError(f"{folder} could not be converted: {error}") from error
    for name in FILES[family]:
        shutil.copyfile(folder / name, out / name)
    return tokens


def _read_vocabulary(folder: Path, family: str, size: int) -> list[str]:
    try:
        return vocabulary(folder, family, size)
    except AugmentError:
        raise
    except (OSError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise InputError(
            f"{folder}: its vocabulary cannot be read ({error}); download the folder again"
        ) from error


def _tokens_alone(tokens: list[str]) -> SimpleNamespace:
    """Give what the converter asks of a tokenizer."""
    numbers = {token: number for number, token in enumerate(tokens)}
    return SimpleNamespace(
        get_vocab=lambda: numbers,
        convert_ids_to_tokens=tokens.__getitem__,
        bos_token=START,
        eos_token=END,
        unk_token=UNKNOWN,
        unk_token_id=numbers[UNKNOWN],
        special_tokens_map={},
        num_madeup_words=0,
    )
