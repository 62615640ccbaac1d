"""The tables of the language identifier, unpacked once and mapped into memory from then on.

py3langid ships its model compressed; unpacking takes more than a second, which is most of the time
of a run whose translations are all in the store. So the tables are written out as they are into
the user's cache folder, 68 MB, and the next process reads them in a hundredth of that time. Where
nothing can be written, every process unpacks for itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.cache_folder import cache_folder

if TYPE_CHECKING:
    import numpy as np
    from py3langid.langid import LanguageIdentifier

#: The arrays of a model: its attribute, and the argument of `LanguageIdentifier`.
_ARRAYS: Final = ("nb_ptc", "nb_pc", "tk_nextmove", "tk_row", "tk_output")
_REST: Final = "classes.json"


def load_identifier() -> LanguageIdentifier:
    """Load the identifier with probabilities, from the cache where that is possible."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    folder = cache_folder() / f"language-model-{_fingerprint(Path(MODEL_DIR) / MODEL_FILE)}"
    with contextlib.suppress(OSError, ValueError, KeyError):  # not there, or not whole
        return _mapped(folder)
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    with contextlib.suppress(OSError, AttributeError):  # a cache is a convenience
        _write(identifier, folder)
    return identifier


def _fingerprint(model: Path) -> str:
    """Tell one model from another: the release that brought it, its size and its date."""
    from importlib.metadata import version

    about = model.stat()
    text = f"{version('py3langid')} {about.st_size} {about.st_mtime_ns}"
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _mapped(folder: Path) -> LanguageIdentifier:
    import numpy as np
    from py3langid.langid import LanguageIdentifier

    about = json.loads((folder / _REST).read_text(encoding="utf-8"))
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name in _ARRAYS:
        numbers = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        if [numbers.dtype.str, *numbers.shape] != about["arrays"][name]:
            raise ValueError(f"{name} is not what was written")
        arrays[name] = numbers
    return LanguageIdentifier(
        arrays["nb_ptc"],
        arrays["nb_pc"],
        about["classes"],
        # Looked up number by number, at which the standard arrays are quicker than NumPy's.
        _plain(arrays["tk_nextmove"]),
        arrays["tk_output"].tolist(),
        norm_probs=True,
        tk_row=_plain(arrays["tk_row"]),
    )


def _plain(numbers: np.ndarray[Any, Any]) -> array[int]:
    plain = array(numbers.dtype.char)
    plain.frombytes(memoryview(numbers).cast("B"))
    return plain


def _write(identifier: LanguageIdentifier, folder: Path) -> None:
    """Write the tables beside and rename the folder: half a model is never taken for one."""
    import numpy as np

    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        shapes = {}
        for name in _ARRAYS:
            numbers = np.ascontiguousarray(getattr(identifier, name))
            np.save(part / f"{name}.npy", numbers, allow_pickle=False)
            shapes[name] = [numbers.dtype.str, *numbers.shape]
        about = {"classes": list(identifier.nb_classes), "arrays": shapes}
        (part / _REST).write_text(json.dumps(about), encoding="utf-8")
        for old in folder.parent.glob("language-model-*"):
            if "." not in old.name:  # of another release, or damaged
                shutil.rmtree(old, ignore_errors=True)
        os.rename(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
