"""Errors that tell a user what was given, what was wanted, where, and what to do.

::

    AugmentError                 exit 1: failed while running
    ├── InputError               exit 2: a bad file, column, value or option (also a ValueError)
    │   ├── TableError           a table that cannot be read as one; names file and line
    │   └── OutputError          an output that exists or cannot be written (also an OSError)
    ├── MissingExtraError        exit 2: an optional package is not installed (also an ImportError)
    ├── TranslatorError          an engine failed while translating
    │   ├── PairError            exit 2: no engine on this machine translates that pair
    │   └── GivenUpError         an engine that is asked no more
    ├── StoreError               the translation store could not be read or written any more
    ├── WriteError               an output that could not be written (also an OSError)
    ├── DivergedError            a training whose loss is no number any more
    └── DamagedFileError         exit 2: weights or a model folder do not match their hash
"""

from __future__ import annotations

import errno
from typing import Final

#: What the system says where nothing more can be written.
_FULL: Final = tuple(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)
)


class AugmentError(Exception):
    """Root of every error that this package raises on purpose."""

    exit_code = 1


class AugmentWarning(UserWarning):
    """What must be seen and stops nothing, where no progress is reported."""


class InputError(AugmentError, ValueError):
    """Something the user gave is not usable; nothing was written."""

    exit_code = 2


class TableError(InputError):
    """A table cannot be read; the message names the file and, where there is one, the line."""


class OutputError(InputError, OSError):
    """An output exists already or cannot be written."""


class MissingExtraError(AugmentError, ImportError):
    """An optional part is not installed; the message holds the line that installs it."""

    exit_code = 2


class TranslatorError(AugmentError, RuntimeError):
    """An engine failed on a text or could not be started."""


class PairError(TranslatorError, LookupError):
    """No engine at hand translates the wanted pair of languages."""

    exit_code = 2


class GivenUpError(TranslatorError):
    """An engine is asked no more; whoever knows the store says what is left of its work.

    Parameters
    ----------
    why
        Which engine, and what it failed at.
    first
        What to do before the command is run again, as ``"check DEEPL_API_KEY; "``.
    instead
        What may be done instead, as ``", or name a second translator"``.
    kept
        Whether what the engine delivered outlives the run.
    """

    def __init__(self, why: str, *, first: str = "", instead: str = "", kept: bool = False) -> None:
        so_far = "what was delivered is in the store" if kept else "nothing is kept without a store"
        again = "to go on" if kept else "again"
        super().__init__(f"{why}; {so_far}: {first}run the same command {again}{instead}")
        self.why = why
        self._advice = {"first": first, "instead": instead}

    def with_store(self, kept: bool) -> GivenUpError:
        """Give the same error of a run whose store outlives it or not."""
        return GivenUpError(self.why, **self._advice, kept=kept)


class StoreError(AugmentError, RuntimeError):
    """The translation store turned out damaged, or could not be written, while running.

    One that cannot be opened is an `InputError`.
    """


class WriteError(AugmentError, OSError):
    """An output could not be written while running.

    Parameters
    ----------
    what
        The file or folder, as the user knows it.
    why
        The error that the system gave.
    left
        What lies in its place now.
    instead
        What else may be done about a full disk, as ``", or name another folder"``.
    """

    def __init__(
        self,
        what: object,
        why: BaseException,
        left: str = "nothing new was left there",
        instead: str = "",
    ) -> None:
        self.reason = str(getattr(why, "strerror", None) or why)
        self.no_space = no_space(why)
        space = f"free some space there{instead}" if self.no_space else ""
        told = f"{what} could not be written: {self.reason}", left, space
        super().__init__("; ".join(filter(None, told)))
        #: Whether it says how the run goes on.
        self.says_how = False

    def saying(self, how: str) -> WriteError:
        """Add how the run goes on, where what writes does not know it."""
        self.args = (f"{self}; {how}",)
        self.says_how = True
        return self


def no_space(error: BaseException) -> bool:
    """Whether an error says that a disk is full, or this user's part of it.

    >>> no_space(OSError(28, "No space left on device")), no_space(OSError(2, "No such file"))
    (True, False)
    """
    # Libraries that are written in Rust, and SQLite, tell it in words.
    told = ("os error 28", "No space left on device")
    return getattr(error, "errno", None) in _FULL or any(one in str(error) for one in told)


class DivergedError(AugmentError, ArithmeticError):
    """The loss of a training stopped being a finite number."""


class DamagedFileError(AugmentError, RuntimeError):
    """A file's content is not what its recorded hash promises."""

    exit_code = 2


def one_line(error: BaseException) -> str:
    """Give what a library below says of its error, with the error's kind, as one line.

    >>> one_line(ValueError("no such   file"))
    'ValueError: no such file'
    """
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
