"""What can be expected of augmentation, and of an experiment, before either is run.

Two questions: how small a gain a K-fold run over so many rows could tell from chance, and how
large a gain was measured elsewhere with so many rows a class. Both are said before hours are spent.

References
----------
J. Cegin et al., "LLMs vs Established Text Augmentation Techniques for Classification", NAACL 2025:
their raw results, means over four to six data sets of BERT-base with one back-translation of each
row against the plain rows, computed anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from augment.datasets.detectable import smallest_detectable
from augment.enumeration import counted
from augment.errors import InputError

#: Share of the test rows on which two arms are taken to disagree: an assumption, on the low side
#: for small tables, so that the gain it gives is the least that can be hoped to be seen.
DISAGREEMENT: Final = 0.1


@dataclass(frozen=True, slots=True)
class Band:
    """A range of sizes, and what others measured there.

    Parameters
    ----------
    name
        ``tiny``, ``small``, ``medium``, ``large`` or ``plenty``.
    up_to
        Greatest number of rows a class; None for no limit.
    measured_gain
        Points of accuracy; None where no measurement is known.
    """

    name: str
    up_to: int | None
    measured_gain: float | None


#: Each limit is the geometric mean of the two sizes that were measured beside it.
BANDS: Final = (
    Band("tiny", 7, 5.4),
    Band("tiny", 14, 4.4),
    Band("small", 31, 2.6),
    Band("medium", 70, 1.3),
    Band("large", 200, 0.3),
    Band("plenty", None, None),
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a K-fold run could see, and what is likely to be there.

    Parameters
    ----------
    folds, repeats
        The experiment.
    smallest_gain
        Smallest gain in accuracy that could be told from chance, 0..1 (0.01 is one point).
    rarest_class, rarest_rows
        The smallest class.
    smallest_gain_rarest
        The same for the recall of the smallest class, which weighs in macro F1 as much as any.
    disagreement
        Share of test rows on which the arms are taken to differ.
    band
        Where the rows a class lie among what others measured.
    """

    folds: int
    repeats: int
    smallest_gain: float
    rarest_class: str
    rarest_rows: int
    smallest_gain_rarest: float
    disagreement: float
    band: Band


def size_band(rows_a_class: float) -> Band:
    """Find the band of a class size.

    >>> size_band(10).measured_gain, size_band(5000).name
    (4.4, 'plenty')
    """
    return next(band for band in BANDS if band.up_to is None or rows_a_class <= band.up_to)


def expect(
    counts: Mapping[str, int],
    *,
    folds: int = 5,
    repeats: int = 1,
    disagreement: float = DISAGREEMENT,
) -> Expectation:
    """Say what a K-fold comparison of two arms could see on a table.

    Parameters
    ----------
    counts
        Original rows of each class.
    folds, repeats
        Of the experiment that is planned.
    disagreement
        Share of the test rows that one arm gets right and the other wrong, above 0 and up to 1.

    Returns
    -------
    Expectation
        With the smallest gains that would be significant at the 5 % level, two-sided.

    Raises
    ------
    InputError
        For fewer than two classes, fewer rows of a class than folds, or numbers out of range.
    MissingExtraError
        When scipy is not installed.

    Notes
    -----
    The difference of two arms on n test rows has a standard deviation of sqrt(d / n) where they
    disagree on a share d of them and neither is better (McNemar's null). Over folds it enters the
    standard error of Nadeau and Bengio (2003). The fine-tuning itself adds its own noise, so a
    real run sees rather less; it prints what it could see.

    Examples
    --------
    >>> found = expect({"neg": 2000, "pos": 2000})
    >>> round(100 * found.smallest_gain, 1), found.band.name
    (2.1, 'plenty')
    """
    if len(counts) < 2:
        raise InputError(f"{len(counts)} class: at least two are wanted for a K-fold run")
    if folds < 2 or repeats < 1:
        raise InputError(f"folds={folds}, repeats={repeats}: at least 2 and 1 are wanted")
    if not 0 < disagreement <= 1:
        raise InputError(f"disagreement is {disagreement!r}; above 0 and up to 1 is wanted")
    rarest = min(counts, key=lambda label: (counts[label], label))
    if counts[rarest] < folds:
        raise InputError(
            f"class {rarest!r} has {counted(counts[rarest], 'row')}, fewer than {folds} folds: "
            "add rows, merge it with another class, or lower --folds"
        )

    def smallest(rows: int) -> float:
        sd = math.sqrt(disagreement * folds / rows)
        return smallest_detectable(sd, folds * repeats, 1 / (folds - 1))

    return Expectation(
        folds=folds,
        repeats=repeats,
        smallest_gain=round(smallest(sum(counts.values())), 4),
        rarest_class=rarest,
        rarest_rows=counts[rarest],
        smallest_gain_rarest=round(smallest(counts[rarest]), 4),
        disagreement=disagreement,
        band=size_band(counts[rarest]),
    )
