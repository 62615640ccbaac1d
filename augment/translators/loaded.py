"""Models in memory: loaded on first use, shared by all directions, the longest unused let go."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from augment.errors import DamagedFileError
from augment.extras import require
from augment.models.home import Model, check_files
from augment.processors import usable_processors

#: Models kept in memory. Beyond it the one not used for longest is unloaded, never one at work.
AT_MOST: Final = 4
_Key = tuple[str, str]  # the model's folder, its version


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model runs, and with which numbers.

    Parameters
    ----------
    device
        ``cpu`` or ``cuda``.
    compute_type
        Number format of the computation, in CTranslate2's words.
    workers
        Batches computed at the same time. One core each serves more texts than several cores on
        one batch.
    """

    device: str
    compute_type: str
    workers: int


@lru_cache(maxsize=16)
def placement(quantization: str) -> Placement:
    """Choose device and number format for weights stored as `quantization`.

    A GPU is taken where there is one: with 8-bit weights computed in float16. On a processor,
    float16 weights are computed in float32.
    """
    engine: Any = require("ctranslate2", extra="local", purpose="local neural translation")
    device = "cuda" if engine.get_cuda_device_count() else "cpu"
    can = engine.get_supported_compute_types(device)
    wanted = (
        [f"{quantization}_float16", "int8_float16", quantization]
        if device == "cuda" and quantization == "int8"
        else [quantization, quantization.split("_")[0]]
    )
    compute_type = next((kind for kind in wanted if kind in can), "float32")
    return Placement(device, compute_type, 1 if device == "cuda" else usable_processors())


def load(model: Model) -> Any:  # noqa: ANN401 - a class of an optional library
    """Load a model after its files were compared with their recorded hashes.

    Raises
    ------
    DamagedFileError
        When a file is missing or another than the recorded one.
    """
    engine: Any = require("ctranslate2", extra="local", purpose="local neural translation")
    check_files(model)
    where = placement(model.quantization)
    try:
        return engine.Translator(
            str(model.folder),
            device=where.device,
            compute_type=where.compute_type,
            inter_threads=where.workers,
            intra_threads=1,
        )
    except (RuntimeError, ValueError) as error:
        raise DamagedFileError(
            f"model {model.name} cannot be loaded: {error}; augment models verify {model.name} "
            "says more"
        ) from error


class Loaded:
    """Models in memory, at most so many.

    Parameters
    ----------
    at_most
        Models kept, 1 or more.
    loader
        Makes a model of its record.
    """

    def __init__(self, at_most: int = AT_MOST, loader: Callable[[Model], Any] = load) -> None:
        self.at_most = at_most
        self._loader = loader
        self._models: OrderedDict[_Key, Future[Any]] = OrderedDict()
        self._users: Counter[_Key] = Counter()
        self._holders: Counter[_Key] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def use(self, model: Model) -> Iterator[Any]:
        """Give a model for the time of a block; it is loaded when it is not there.

        Others go on with their models while one is loaded, and who wants the same one waits.
        """
        key = _key(model)
        with self._lock:
            entry = self._models.get(key)
            loading = entry is None
            if entry is None:
                self._make_room()
                entry = self._models[key] = Future()
            self._models.move_to_end(key)
            self._users[key] += 1
        try:
            if loading:
                self._load(key, model, entry)
            yield entry.result()
        finally:
            with self._lock:
                self._users[key] -= 1

    def _load(self, key: _Key, model: Model, entry: Future[Any]) -> None:
        try:
            entry.set_result(self._loader(model))
        except BaseException as error:  # handed to everybody who waits for this model
            with self._lock:
                if self._models.get(key) is entry:
                    del self._models[key]
            entry.set_exception(error)

    def hold(self, model: Model) -> None:
        """Say that a model will be used until `release`; nothing is loaded yet."""
        with self._lock:
            self._holders[_key(model)] += 1

    def release(self, model: Model) -> None:
        """Give a model's memory back when nobody else holds it."""
        key = _key(model)
        with self._lock:
            self._holders[key] -= 1
            if self._holders[key] <= 0:
                del self._holders[key]
                if not self._users[key]:
                    self._models.pop(key, None)

    def _make_room(self) -> None:
        for key in list(self._models):
            if len(self._models) < self.at_most:
                return
            if not self._users[key]:
                del self._models[key]

    def __len__(self) -> int:
        """Count the models in memory."""
        return len(self._models)


def _key(model: Model) -> _Key:
    return str(model.folder), model.version


#: The models of this process.
LOADED: Final = Loaded()
