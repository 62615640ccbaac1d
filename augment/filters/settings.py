"""Every threshold of the paraphrase filter, with its calibrated default."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, get_args

from augment.errors import InputError
from augment.filters.presets import MIN_SIMILARITY, PRESETS, Strictness
from augment.languages import language_code
from augment.minilm import NAME

if TYPE_CHECKING:
    from augment.filters.meaning import Meaning

#: Languages in scripts that the English MiniLM cannot read: nearly every word is unknown to it.
_OTHER_SCRIPTS: Final = (
    "ab am ar ary arz as av ba be bg bn bo ckb cv dv dz el fa gom grc gu hbo he hi hy ja ka kk km "
    "kn ko ks ky lo mk ml mn mr my ne or os pa ps ru sa sd sdh si sr ta te tg th ti tt ug uk ur "
    "uzs wuu yi yue zh"
)
CHARACTERS: Final = "characters"
#: Thresholds that commands have options for.
_OPTIONS: Final = ("min_similarity", "max_similarity", "min_change", "max_change")


def given_thresholds(options: object) -> dict[str, Any]:
    """Give the thresholds that a command's options name; those left out are None there."""
    given = {name: getattr(options, name) for name in _OPTIONS}
    return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class FilterSettings:
    """Thresholds of the checks; those left out are the preset's (`augment.filters.presets`).

    Raises
    ------
    InputError
        For an unknown language or preset, a value out of its range, or a least value above its
        greatest.

    Examples
    --------
    >>> settings = FilterSettings(language="French")
    >>> settings.language, settings.measure, settings.min_similarity
    ('fr', 'minilm', 0.55)
    >>> FilterSettings(language="fr", strictness="strict").min_similarity
    0.7
    """

    language: str
    """Language of the originals: a code or a name."""
    others: tuple[str, ...] = ()
    """Languages gone through: what a candidate that was not translated back would be in."""
    strictness: Strictness = "normal"
    """Preset that gives the thresholds left out: loose, normal or strict."""
    min_similarity: float = None  # type: ignore[assignment]  # filled in below, as are all such
    """Least similarity to the original, 0 to 1."""
    max_similarity: float = 1.0
    """Greatest similarity to the original, 0 to 1."""
    min_change: float = None  # type: ignore[assignment]
    """Least share of the words that must have changed, 0 to 1."""
    max_change: float = 1.0
    """Greatest share of the words that may have changed, 0 to 1."""
    max_rewording: float = None  # type: ignore[assignment]
    """Greatest rewording by an engine that goes by rules (`filters.reworded`), 0 or more."""
    min_length_ratio: float = None  # type: ignore[assignment]
    """Least length in characters over the original's, 0 to 1."""
    max_length_ratio: float = None  # type: ignore[assignment]
    """Greatest length in characters over the original's, 1 or more."""
    max_marked: float = None  # type: ignore[assignment]
    """Greatest share of words marked by the engine that the original does not hold, 0 to 1."""
    max_lost_names: float = None  # type: ignore[assignment]
    """Greatest share of the names that may be gone, 0 to 1; a name replaced never passes."""
    max_person_change: float = None  # type: ignore[assignment]
    """Greatest change of who does it, 0 to 1: 1 where a person is nowhere any more and another one,
    that was nowhere, has come; 0.75 for another subject, 0.5 for another object or possessor, 0.25
    for one of several subjects (0.1 if that person was there before)."""
    max_strangeness: float = None  # type: ignore[assignment]
    """Most standard deviations by which spelling may be unlike the table's, 0 or more."""
    min_label_odds: float = None  # type: ignore[assignment]
    """Least probability of another label for a refusal, 0.5 to 1."""
    min_swap_margin: float = None  # type: ignore[assignment]
    """How much closer to another row's text a candidate must be for a refusal, 0 to 1."""
    spaces_count: bool = False
    """Whether a text is another one where it differs in its spaces alone."""
    soft_negations: bool = False
    """Whether words that negate in part (``hardly``) or turn the meaning (``too``) must stay."""
    encoder: str = NAME
    """Sentence encoder: "minilm", or a hub name or folder (a multilingual one, for instance)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "language", language_code(self.language))
        object.__setattr__(self, "others", tuple(map(language_code, self.others)))
        if self.strictness not in get_args(Strictness):
            raise InputError(
                f"no filter preset {self.strictness!r}; wanted: {', '.join(get_args(Strictness))}"
            )
        for name, value in PRESETS[self.strictness].items():
            if vars(self)[name] is None:
                object.__setattr__(self, name, value)
        if vars(self)["min_similarity"] is None:
            object.__setattr__(self, "min_similarity", self._default_similarity())
        self._check_ranges()

    def _check_ranges(self) -> None:
        for name, low, high in (
            ("min_similarity", 0.0, 1.0),
            ("max_similarity", 0.0, 1.0),
            ("min_change", 0.0, 1.0),
            ("max_change", 0.0, 1.0),
            ("min_length_ratio", 0.0, 1.0),
            ("max_marked", 0.0, 1.0),
            ("max_lost_names", 0.0, 1.0),
            ("max_person_change", 0.0, 1.0),
            ("min_label_odds", 0.5, 1.0),
            ("min_swap_margin", 0.0, 1.0),
        ):
            value = getattr(self, name)
            if not low <= value <= high:  # refuses NaN too
                raise InputError(
                    f"{name} is {value!r}; a number from {low:g} to {high:g} is wanted"
                )
        for name, least in (
            ("max_length_ratio", 1),
            ("max_rewording", 0),
            ("max_strangeness", 0),
        ):
            if not getattr(self, name) >= least:
                raise InputError(
                    f"{name} is {getattr(self, name)!r}; a number from {least} up is wanted"
                )
        for least_name, greatest in (
            ("min_similarity", "max_similarity"),
            ("min_change", "max_change"),
        ):
            lower, upper = getattr(self, least_name), getattr(self, greatest)
            if lower > upper:
                raise InputError(
                    f"{least_name} {lower!r} is above {greatest} {upper!r}: nothing could pass; "
                    f"lower {least_name} or raise {greatest}"
                )

    @property
    def measure(self) -> str:
        """What measures similarity: the encoder's name, or ``"characters"``."""
        if self.encoder == NAME and self.language in _OTHER_SCRIPTS.split():
            return CHARACTERS
        return self.encoder

    @cached_property
    def meaning(self) -> Meaning:
        """The sentence vectors that the checks made from these settings share."""
        from augment.filters.meaning import Meaning

        return Meaning(self.measure)

    def _default_similarity(self) -> float:
        by_measure = MIN_SIMILARITY[self.strictness]
        if self.measure == CHARACTERS:
            default = by_measure["characters"]
        elif self.encoder != NAME:
            default = by_measure["named"]
        else:
            default = by_measure["en" if self.language == "en" else "latin"]
        return min(default, self.max_similarity)
