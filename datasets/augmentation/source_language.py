"""In which language the texts of a column are: as the user says, or as they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from augment.errors import InputError
from augment.filters import runs
from augment.filters.language import near_languages
from augment.languages import (
    detect_language,
    identifiable,
    language_code,
    language_name,
)

#: Share of the letters looked at, in another language, from which the user's word is doubted.
SURELY_ANOTHER: Final = 0.8


def source_language(
    given: str | None, sample: Sequence[str], column: str, *, no_filter: Sequence[str]
) -> str:
    """Give the code of the language.

    Parameters
    ----------
    given
        What the user says: a code or a name; None to find it.
    sample
        Texts of the column.
    column
        Its name, for messages.
    no_filter
        Checks that are left out: without that of the language the user's word stands.

    Raises
    ------
    InputError
        When it is not clear, or not at all the one that is given.

    Examples
    --------
    >>> source_language(None, ["Je me suis ennuyé du début à la fin."] * 2, "avis", no_filter=())
    'fr'
    """
    code = language_code(given) if given else ""
    if code and not (runs("language", no_filter) and identifiable(code)):
        return code
    guess = detect_language(sample)
    if not code:
        if guess.sure:
            return guess.language
        raise InputError(
            f"the language of column {column!r} is not clear ({guess.doubt}); name it with "
            "--source: of texts in another language nothing is made"
        )
    same = {code, *near_languages(code)}
    if not guess.sure or guess.share < SURELY_ANOTHER or guess.language in same:
        return code
    raise InputError(
        f"source is {language_name(code)}, and {guess.share:.0%} of column {column!r} "
        f"reads as {language_name(guess.language)}: what is told the wrong language makes "
        f"nonsense; --source {guess.language}, or leave it out (--no-filter language to go on all "
        "the same)"
    )
