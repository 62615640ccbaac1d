"""Loads a model from its folder or the model hub: quietly, without its code, waiting for no one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from augment.extras import require
from augment.offline import no_network

#: Seconds that the hub has for its first answer.
_PATIENCE: Final = 5
_LOADING = threading.RLock()
_EXTRA: Final = {"extra": "train", "purpose": "a model"}


@contextmanager
def loading(where: str | Path, *, offline: bool = False) -> Iterator[dict[str, Any]]:
    """Give what every ``from_pretrained`` of transformers is told, for the time of a block.

    Parameters
    ----------
    where
        A folder, which is read without asking the hub anything, or a name on the hub.
    offline
        Open no connection; hub models must be in the local cache.

    Yields
    ------
    dict
        Options by name: no code that comes with a model is run, the hub is asked only where it
        can be, and all files are of one ``revision``, the commit that the name stands for now.

    Raises
    ------
    OSError
        When there is no such folder; and the hub has no such model, or cannot be reached while
        there is no copy in the cache.

    Notes
    -----
    Whether the hub answers is asked once. Its library asks five times for each file of a model,
    with pauses that make half a minute, before it takes the copy in its cache.
    """
    folder = Path(where).is_dir()
    local = offline or folder
    if not local and (trouble := _trouble()):
        if not _in_cache(str(where)):
            raise ConnectionError(f"not in the local cache, and the hub gave no answer: {trouble}")
        local = True
    with quiet_loading(), no_network(local, everywhere=offline or not folder):
        options: dict[str, Any] = {"trust_remote_code": False, "local_files_only": local}
        if not folder:
            options["revision"] = _commit(str(where), local)
        yield options


def _trouble() -> str:
    """Why the hub cannot be asked; empty where it can, or must not be."""
    hub: Any = require("huggingface_hub", **_EXTRA)
    if hub.constants.HF_HUB_OFFLINE:  # its library keeps to that by itself
        return ""
    try:
        hub.get_session().head(hub.constants.ENDPOINT, timeout=_PATIENCE)
    except Exception as error:  # which library's it is depends on the hub library's version
        return f"{type(error).__name__}: {error}"
    return ""


def _commit(name: str, local: bool) -> str:
    """Give the commit that a name on the hub stands for, by where its first file came to lie."""
    utils: Any = require("transformers.utils", **_EXTRA)
    return Path(utils.cached_file(name, "config.json", local_files_only=local)).parent.name


def _in_cache(name: str) -> bool:
    hub: Any = require("huggingface_hub", **_EXTRA)
    return isinstance(hub.try_to_load_from_cache(name, "config.json"), str)


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep the loading bars and notes of transformers off stderr, and restore them after.

    One thread at a time: loading changes settings of the whole process.
    """
    logging: Any = require("transformers.utils.logging", **_EXTRA)
    with _LOADING:
        level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            yield
        finally:
            logging.set_verbosity(level)
            if bars:
                logging.enable_progress_bar()
