"""What a step of training minimises: cross-entropy, weighted by class, smoothed, or focal.

References
----------
T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017.
C. Szegedy et al., Rethinking the Inception Architecture, CVPR 2016 (label smoothing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Loss = Literal["plain", "weighted", "focal"]
FOCAL_GAMMA: Final = 2.0


def class_weights(labels: IntArray, n_classes: int) -> FloatArray:
    """Weights inverse to class frequency, 1 on average over rows.

    Examples
    --------
    >>> class_weights(np.array([0, 0, 0, 1]), 2).round(2).tolist()
    [0.67, 2.0]
    """
    counts = np.bincount(labels, minlength=n_classes)
    return len(labels) / (n_classes * np.maximum(counts, 1))


def summed_loss(
    logits: torch.Tensor,
    goal: torch.Tensor,
    kind: Loss,
    weights: torch.Tensor | None,
    *,
    smoothing: float = 0.0,
    gamma: float = FOCAL_GAMMA,
) -> torch.Tensor:
    """Sum the loss over the rows of one pass.

    Parameters
    ----------
    logits, goal
        Model outputs, shape ``(n_rows, n_classes)``, and class numbers, shape ``(n_rows,)``.
    kind
        ``focal`` scales each row's loss by ``(1 - p) ** gamma``, `p` the right class's probability.
    weights
        Weight of each class, or None.
    smoothing
        Part of the goal that is spread over all classes, 0..1.
    """
    import torch

    cross_entropy = torch.nn.functional.cross_entropy
    each = cross_entropy(logits, goal, weight=weights, reduction="none", label_smoothing=smoothing)
    if kind == "focal":
        plain = each
        if weights is not None or smoothing:
            plain = cross_entropy(logits, goal, reduction="none")
        each = each * (1.0 - torch.exp(-plain)) ** gamma
    return each.sum()
