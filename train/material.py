"""What one model is trained on and judged by: rows, and parts of them that cannot leak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from augment.datasets.groups import common_keys, side_keys, source_groups, telling
from augment.errors import InputError
from augment.train.kfold.labelled import LabelledRows
from augment.train.kfold.schedule import fair_pair, own_batches, planned_steps
from augment.train.near_rows import n_near, near_trained_sentence
from augment.train.train_config import TrainConfig

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
NONE: IntArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Material:
    """Rows of one training, by position: originals, paraphrases, rows of a validation file.

    Parameters
    ----------
    texts, labels, classes
        As in `LabelledRows`.
    source
        Original of each row; rows of a validation file name themselves.
    train, inner, valid
        Originals that are trained on, that judge epochs, and that are scored at the end. No text
        stands in two of them, and a paraphrase goes where its original goes.
    notes
        What a user should know about the parts.
    near_trained_on
        Rows to be scored that nearly repeat a text that is trained on.
    """

    texts: tuple[tuple[str, ...], ...]
    labels: IntArray
    classes: tuple[str, ...]
    source: IntArray
    train: IntArray
    inner: IntArray
    valid: IntArray
    notes: tuple[str, ...]
    near_trained_on: int = 0

    @property
    def trained_texts(self) -> list[tuple[str, ...]]:
        """Texts that are trained on, paraphrases and rows that judge epochs among them."""
        inside = np.isin(self.source, np.concatenate([self.train, self.inner]))
        return [self.texts[row] for row in np.flatnonzero(inside).tolist()]

    @property
    def n_train(self) -> int:
        """Rows trained on: originals of the training part, and their paraphrases."""
        inside = np.zeros(len(self.texts), dtype=bool)
        inside[self.train] = True
        return int(inside[self.source].sum()) if len(self.train) else 0


def gather(
    rows: LabelledRows, valid: LabelledRows | None, config: TrainConfig, *, name: str = ""
) -> Material:
    """Divide rows into the parts that a config asks for.

    Parameters
    ----------
    rows
        Rows of the table to train on.
    valid
        Rows of a validation file; only its originals are used.
    config
        Shares and seed.
    name
        What messages call the validation file.

    Raises
    ------
    InputError
        When the validation file holds a label that the training rows do not, or a part is empty.
    """
    texts, labels, source = list(rows.texts), rows.labels, rows.source
    train = np.arange(rows.n_originals)
    held, notes = NONE, []
    if valid is not None:
        scored = valid.texts[: valid.n_originals]
        groups = source_groups([*rows.texts[: rows.n_originals], *scored])
        shared = np.isin(groups[train], groups[rows.n_originals :])
        train = train[~shared]
        told = _paraphrases_among(rows, scored)
        own = np.flatnonzero(~told)
        texts, labels, source = [texts[row] for row in own], labels[own], source[own]
        held = np.arange(len(texts), len(texts) + len(scored))
        labels = np.concatenate([labels, _numbers(valid, rows.classes, name)])
        texts += scored
        source = np.concatenate([source, held])
        if shared.any():
            n = int(shared.sum())
            have = "1 original has" if n == 1 else f"{n:,} originals have"
            notes.append(
                f"{have} a text of {name}: left out of the training, and paraphrases of it too"
            )
        if n := int((told & np.isin(rows.source, train)).sum()):
            have = "1 paraphrase has" if n == 1 else f"{n:,} paraphrases have"
            notes.append(f"{have} a text of {name}: left out of the training")
    elif config.valid_share:
        rng = np.random.default_rng([config.seed, 1])
        held = grouped_part(rows.labels[train], rows.groups, config.valid_share, rng)
        train = np.setdiff1d(train, held)
        if not len(held):
            raise InputError(
                f"valid_share={config.valid_share!r} of {rows.n_originals} originals: no class "
                "has two different texts to part; add rows, or leave valid_share out"
            )
        missing = np.setdiff1d(np.unique(rows.labels), labels[held])
        notes += [
            f"class {rows.classes[c]!r} has too few different texts for a row in the validation "
            "part; all of them are trained on, and none is scored"
            for c in missing.tolist()
        ]
    inner = NONE
    if config.judges_epochs:
        rng = np.random.default_rng([config.seed, 2])
        inner = train[grouped_part(labels[train], rows.groups[train], config.inner_share, rng)]
        train = np.setdiff1d(train, inner)
        if not len(inner):
            raise InputError(
                "keep='best' and patience need an inner part of the training rows, and no class "
                "has two different texts to part; add rows, or leave them out"
            )
    gone = np.setdiff1d(np.arange(len(rows.classes)), labels[train])
    if len(gone):
        raise InputError(
            f"no row of class {rows.classes[int(gone[0])]!r} is left to train on: all its texts "
            f"stand in {name or 'the validation part'} too; take them out there, or leave the "
            "class out"
        )
    parts = Material(tuple(texts), labels, rows.classes, source, train, inner, held, tuple(notes))
    if near := n_near([texts[row] for row in held.tolist()], parts.trained_texts):
        notes.append(near_trained_sentence(near, len(held)))
        parts = replace(parts, notes=tuple(notes), near_trained_on=near)
    return parts


def grouped_part(
    labels: npt.ArrayLike, groups: npt.ArrayLike, share: float, rng: np.random.Generator
) -> IntArray:
    """Draw a share of the rows of every class, no group of rows on both sides.

    A class that lies in one group gives nothing; every other class gives a row at least wherever
    its groups are small enough, and keeps one.

    Parameters
    ----------
    labels, groups
        Class and group number of each row.
    share
        Part of each class's rows that is drawn, 0..1.
    rng
        Source of the draw.

    Returns
    -------
    ndarray
        Positions drawn, ascending.

    Examples
    --------
    >>> labels, groups = [0, 0, 0, 0, 1, 1], [0, 1, 2, 3, 4, 4]
    >>> drawn = grouped_part(labels, groups, 0.5, np.random.default_rng(0))
    >>> len(drawn), set(drawn) <= {0, 1, 2, 3}
    (2, True)
    """
    y, g = np.asarray(labels, dtype=np.int64), np.asarray(groups, dtype=np.int64)
    totals = np.bincount(y)
    wanted = np.minimum(np.maximum(np.round(totals * share), 1), totals - 1)
    members: dict[int, list[int]] = {}
    for row, group in enumerate(g.tolist()):
        members.setdefault(group, []).append(row)
    order = rng.permutation(np.array(list(members), dtype=np.int64)).tolist()
    order.sort(key=lambda group: int(totals[y[members[group]]].min()))  # rare classes choose first
    taken = np.zeros(len(totals))
    drawn: list[int] = []
    for group in order:
        counts = np.bincount(y[members[group]], minlength=len(totals))
        if np.all((taken + counts <= wanted) | (counts == 0)):
            taken += counts
            drawn += members[group]
    return np.array(sorted(drawn), dtype=np.int64)


def batches_of(material: Material, config: TrainConfig) -> IntArray:
    """Plan the batches of a training, shape ``(steps, batch_size)``.

    With paraphrases it is the plan of the arm `augmented` of a K-fold run, so that what was
    tested there is what is trained here (see `augment.train.kfold.schedule`).
    """
    rng = np.random.default_rng([config.seed, 3])
    steps = planned_steps(
        material.n_train, batch_size=config.batch_size, epochs=config.epochs, steps=config.steps
    )
    if material.n_train > len(material.train):
        if config.sampler == "balanced" and config.share == "natural":
            raise InputError(
                "sampler='balanced' and share='natural', which puts all rows in one pool as they "
                "come: give one of the two; with any other share the classes come equally often"
            )
        pair = fair_pair(
            material.labels,
            material.source,
            material.train,
            steps=steps,
            batch_size=config.batch_size,
            share=config.share,
            rng=rng,
        )
        return pair.augmented
    return own_batches(
        material.labels,
        material.train,
        steps=steps,
        batch_size=config.batch_size,
        rng=rng,
        balanced=config.sampler == "balanced",
    )


def epoch_ends(n_rows: int, batch_size: int, steps: int) -> list[int]:
    """List the steps after which an epoch is over; the last step always is one.

    >>> epoch_ends(40, 16, 7)
    [3, 5, 7]
    """
    ends = []
    epoch = 1
    while (end := -(-epoch * n_rows // batch_size)) < steps:
        ends.append(end)
        epoch += 1
    return sorted({*ends, steps})


def _paraphrases_among(rows: LabelledRows, scored: Sequence[tuple[str, ...]]) -> BoolArray:
    """Which rows are paraphrases with a text that is scored: of each row, whether it is one."""
    keys = [*map(side_keys, (*rows.texts[: rows.n_originals], *scored))]
    common = common_keys(keys)
    seen = {key for own in keys[rows.n_originals :] for key in telling(own, common)}
    found = [any(key in seen for key in telling(side_keys(sides), common)) for sides in rows.texts]
    found[: rows.n_originals] = [False] * rows.n_originals
    return np.array(found, dtype=bool)


def _numbers(valid: LabelledRows, classes: Sequence[str], name: str) -> IntArray:
    """Class numbers of a validation file's originals by the training rows' classes."""
    number = {label: n for n, label in enumerate(classes)}
    found = [valid.classes[c] for c in valid.labels[: valid.n_originals].tolist()]
    if unknown := sorted(set(found) - set(number)):
        raise InputError(
            f"{name}: label {unknown[0]!r} does not occur in the training rows "
            f"({', '.join(classes)}); take those rows out, or train on rows of that class"
        )
    return np.array([number[label] for label in found], dtype=np.int64)
