"""The one guard for optional packages."""

from __future__ import annotations

import importlib
from types import ModuleType

from augment.errors import MissingExtraError


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional module, or say which line installs it.

    Parameters
    ----------
    module
        Import name, dotted names allowed.
    extra
        The extra of this distribution that brings it (``"train"``).
    purpose
        What needs it, as the start of the message (``"kfold-train"``).

    Returns
    -------
    ModuleType
        The imported module.

    Raises
    ------
    MissingExtraError
        When the module, or a module that it needs, is not installed.

    Examples
    --------
    >>> require("json", extra="train", purpose="this example").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f'{purpose} needs the package {error.name!r}; pip install "augment-text[{extra}]"'
        ) from error
