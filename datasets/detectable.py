"""How small a difference K folds can see: the corrected standard error and what follows from it.

The scores of K folds are not independent: any two training parts share most of their rows.
Nadeau and Bengio's correction widens the standard error by the ratio of test to training rows.
The same two formulas plan a run (`augment.datasets.expectation`) and judge it
(`augment.train.kfold.comparison`).

References
----------
C. Nadeau and Y. Bengio, Inference for the Generalization Error, Machine Learning 52, 2003.
"""

from __future__ import annotations

import math
from functools import lru_cache

from augment.extras import require

LEVEL = 0.05
"""Two-sided level at which a difference counts as seen."""


def standard_error(sd: float, n_runs: int, test_to_train: float) -> float:
    """Corrected standard error of a mean over `n_runs` folds.

    Examples
    --------
    >>> round(standard_error(1.0, 5, 0.25), 3)
    0.671
    """
    return sd * math.sqrt(1.0 / n_runs + test_to_train)


def smallest_detectable(sd: float, n_runs: int, test_to_train: float) -> float:
    """Smallest mean difference significant at 5 %, two-sided, for a given sd of differences.

    Examples
    --------
    >>> round(smallest_detectable(1.0, 5, 0.25), 2)
    1.86
    """
    return _critical(n_runs - 1) * standard_error(sd, n_runs, test_to_train)


def found_with_power(sd: float, n_runs: int, test_to_train: float, power: float = 0.8) -> float:
    """Smallest true difference that is significant at 5 % in that part of all experiments.

    By the noncentral t-distribution: with few folds the standard error itself is uncertain, and
    a sum of two quantiles would promise too much.

    Examples
    --------
    >>> round(found_with_power(1.0, 5, 0.25), 2)
    2.52
    """
    return _shift(n_runs - 1, power) * standard_error(sd, n_runs, test_to_train)


def _critical(freedom: int) -> float:
    """Quantile of the t-distribution beyond which a difference counts as seen."""
    # What `scipy.stats.t.ppf` calls, without the second that loading the whole of it takes.
    special = require("scipy.special", extra="train", purpose="the smallest detectable gain")
    return float(special.stdtrit(freedom, 1 - LEVEL / 2))


@lru_cache
def _shift(freedom: int, power: float) -> float:
    """Noncentrality, in standard errors, at which a two-sided t-test has that power."""
    stats = require("scipy.stats", extra="train", purpose="the smallest detectable gain")
    optimize = require("scipy.optimize", extra="train", purpose="the smallest detectable gain")
    critical = _critical(freedom)

    def missing(shift: float) -> float:
        return float(stats.nct.sf(critical, freedom, shift)) - power

    return float(optimize.brentq(missing, 0.0, 3 * critical + 10))
