"""Every threshold of the paraphrase filter, with its calibrated default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from augment.errors import InputError
from augment.languages import language_code
from augment.minilm import NAME

#: Languages in scripts that the English MiniLM cannot read: nearly every word is unknown to it.
_OTHER_SCRIPTS: Final = (
    "ab am ar ary arz as av ba be bg bn bo ckb cv dv dz el fa gom grc gu hbo he hi hy ja ka kk km "
    "kn ko ks ky lo mk ml mn mr my ne or os pa ps ru sa sd sdh si sr ta te tg th ti tt ug uk ur "
    "uzs wuu yi yue zh"
)
CHARACTERS: Final = "characters"
#: Least similarity by what measures it, from benchmarks/calibrate_filter.py.
MIN_SIMILARITY: Final = {"en": 0.55, "latin": 0.6, CHARACTERS: 0.3}


@dataclass(frozen=True)
class FilterSettings:
    """Thresholds of the checks; every default is the result of benchmarks/calibrate_filter.py.

    Raises
    ------
    InputError
        For an unknown language, a value out of its range, or a least value above its greatest.

    Examples
    --------
    >>> settings = FilterSettings(language="French")
    >>> settings.language, settings.measure, settings.min_similarity
    ('fr', 'minilm', 0.6)
    """

    language: str
    """Language of the originals: a code or a name."""
    others: tuple[str, ...] = ()
    """Languages gone through: what a candidate that was not translated back would be in."""
    min_similarity: float = None  # type: ignore[assignment]  # filled in below
    """Least similarity to the original, 0 to 1; None takes the language's own default."""
    max_similarity: float = 1.0
    """Greatest similarity to the original, 0 to 1."""
    min_change: float = 0.05
    """Least share of the words that must have changed, 0 to 1."""
    max_change: float = 1.0
    """Greatest share of the words that may have changed, 0 to 1."""
    min_length_ratio: float = 0.6
    """Least length in characters over the original's, 0 to 1."""
    max_length_ratio: float = 2.0
    """Greatest length in characters over the original's, 1 or more."""
    max_marked: float = 0.05
    """Greatest share of words marked by the engine that the original does not hold, 0 to 1."""
    spaces_count: bool = False
    """Whether a text is another one where it differs in its spaces alone."""
    encoder: str = NAME
    """Sentence encoder: "minilm", or a hub name or folder (a multilingual one, for instance)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "language", language_code(self.language))
        object.__setattr__(self, "others", tuple(map(language_code, self.others)))
        if vars(self)["min_similarity"] is None:
            object.__setattr__(self, "min_similarity", self._default_similarity())
        for name in (
            "min_similarity",
            "max_similarity",
            "min_change",
            "max_change",
            "min_length_ratio",
            "max_marked",
        ):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:  # refuses NaN too
                raise InputError(f"{name} is {value!r}; a number from 0 to 1 is wanted")
        if not self.max_length_ratio >= 1.0:
            raise InputError(
                f"max_length_ratio is {self.max_length_ratio!r}; a number from 1 up is wanted"
            )
        for least, greatest in (("min_similarity", "max_similarity"), ("min_change", "max_change")):
            low, high = getattr(self, least), getattr(self, greatest)
            if low > high:
                raise InputError(
                    f"{least} {low!r} is above {greatest} {high!r}: nothing could pass; "
                    f"lower {least} or raise {greatest}"
                )

    @property
    def measure(self) -> str:
        """What measures similarity: the encoder's name, or ``"characters"``."""
        if self.encoder == NAME and self.language in _OTHER_SCRIPTS.split():
            return CHARACTERS
        return self.encoder

    def _default_similarity(self) -> float:
        if self.measure == CHARACTERS:
            default = MIN_SIMILARITY[CHARACTERS]
        else:
            default = MIN_SIMILARITY["en" if self.language == "en" else "latin"]
        return min(default, self.max_similarity)
