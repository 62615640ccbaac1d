"""Options of a K-fold run: one dataclass for Python, the command line and ``augment.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import tyro

from augment.config import (
    check_at_least,
    check_one_of,
    own_options_first,
    plain_numbers,
    shown_as,
    split_commas,
)
from augment.errors import InputError
from augment.train.training_options import TrainingOptions

ORIGINAL, OVERSAMPLED, AUGMENTED, WEIGHTED = "original", "oversampled", "augmented", "weighted"
MATCHED, WORDS, TFIDF, SETFIT = "original_matched", "words", "tfidf", "setfit"
#: Every arm that exists by itself, in the order in which tables and figures show them.
ARMS: Final = (ORIGINAL, MATCHED, OVERSAMPLED, AUGMENTED, WEIGHTED, WORDS, TFIDF, SETFIT)
#: Arms of another method on the originals (`augment.train.kfold.floor`).
FLOORS: Final = (TFIDF, SETFIT)
#: Arms that train on nothing but originals, with the same model. New rows help where they beat
#: every one of them that was run.
OF_ORIGINALS: Final = (ORIGINAL, MATCHED, OVERSAMPLED, WEIGHTED)


def of_new_rows(arm: str) -> bool:
    """Whether an arm that is compared with a control trains on rows that are no originals."""
    return arm not in (*OF_ORIGINALS, *FLOORS)


#: Name of an arm that the user gives.
ARM_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}")
Metric = Literal["macro_f1", "accuracy", "mcc"]


@own_options_first
@dataclass(frozen=True)
class KFoldConfig(TrainingOptions):
    """Fine-tune in K folds and say whether the new rows helped.

    DATA is a table that `augment backtranslate` wrote, or any table of texts and labels. Every
    fold trains one model per arm and tests it on original rows that it has never seen, nor any
    paraphrase of them. The verdict compares the augmented arm with `oversampled`: the same
    originals repeated in the same batches for the same number of steps.

    Arms: original (the originals, their own number of steps); oversampled (the fair control);
    augmented (with the paraphrases); original_matched (the originals as they come, for as many
    steps as the control); weighted (like that, with a loss that weighs every class alike); words
    (what augment words makes of each original); NAME=FILE.csv (any other table made of the same
    originals). Floors, other methods on the originals alone: tfidf (TF-IDF and logistic
    regression), setfit (the encoder tuned on pairs of texts, and logistic regression; needs the
    extra "setfit"). Several arms of new rows are each compared with a control of their own, and
    judged after Holm's correction. New rows help only if they also beat every other arm of
    fine-tuned originals that was run; they need not beat a floor, which is shown beside them.
    """

    data: Annotated[Path | None, tyro.conf.Positional, shown_as("DATA.csv")] = None
    """Table to train on; left out, what the last augment backtranslate in this folder wrote."""
    model: str = "minilm"
    """Encoder to fine-tune: minilm (comes with the extra "offline"), a hub name, or a folder."""
    folds: int = 5
    """Number of folds, at least 2."""
    repeats: int = 1
    """How often the K folds are drawn anew, at least 1. More repeats see smaller differences."""
    arms: Annotated[tuple[str, ...], shown_as("ARM")] = ()
    """What is compared: original,oversampled,augmented by default; see above for the others."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Text column, or two for text pairs (COL,COL2). Found by itself when left out."""
    label: Annotated[str | None, shown_as("COL")] = None
    """Label column. Found by itself when left out."""
    sampler: Literal["uniform", "balanced"] = "uniform"
    """How the original arm draws its rows: each as often as any other, or each class as often."""
    label_check: Literal["auto", "on", "off"] = "auto"
    """Keep out new rows that a classifier of the training part reads as another label; auto: where
    the table was written with --label-check."""
    curve: Annotated[tuple[str, ...], shown_as("N")] = ()
    """Compare also with only so many originals of each class to train on: 5,10,20,50."""
    leak_gap: bool = False
    """Show also how much ordinary folds, which leak, would have flattered the score."""
    metric: Metric = "macro_f1"
    """What the verdict compares."""
    workers: Annotated[int | None, shown_as("N")] = None
    """Runs side by side on a CPU. Default: one per core, as far as memory reaches."""
    out: Annotated[Path | None, shown_as("DIR", "-o")] = None
    """Folder for the results. Default: NAME.kfold in the current folder."""
    resume: bool = False
    """Go on with a run that was interrupted, or add repeats, arms of originals, a curve or the leak
    gap to a finished one."""
    force: bool = False
    """Replace the results of an earlier run."""
    offline: bool = False
    """Open no connection, not even to fetch a model."""
    quiet: bool = False
    """Show no progress."""
    json: bool = False
    """Print the metrics as JSON."""

    def __post_init__(self) -> None:
        plain_numbers(self)
        object.__setattr__(self, "arms", _ordered(split_commas(self.arms)))
        object.__setattr__(self, "curve", _points(split_commas([str(n) for n in self.curve])))
        if self.data is not None:
            object.__setattr__(self, "data", Path(self.data))
        if self.out is not None:
            object.__setattr__(self, "out", Path(self.out))
        self.check_training()
        check_at_least("folds", self.folds, 2)
        check_at_least("repeats", self.repeats, 1)
        if self.workers is not None:
            check_at_least("workers", self.workers, 1)
        if self.resume and self.force:
            raise InputError("resume and force: give one of the two")
        check_one_of("sampler", self.sampler, ("uniform", "balanced"))
        check_one_of("label_check", self.label_check, ("auto", "on", "off"))
        check_one_of("metric", self.metric, ("macro_f1", "accuracy", "mcc"))

    def with_earlier(self, added: Mapping[str, Any]) -> KFoldConfig:
        """Give the options of a run that goes on, with all that an earlier one had added.

        Parameters
        ----------
        added
            What ``run.json`` keeps under that name.
        """
        points = sorted({*map(int, self.curve), *map(int, added.get("curve", ()))})
        return replace(
            self,
            repeats=max(self.repeats, int(added.get("repeats", 1))),
            curve=tuple(map(str, points)),
            leak_gap=self.leak_gap or bool(added.get("leak_gap")),
        )

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Names of the arms asked for, without their files."""
        return tuple(arm.partition("=")[0] for arm in self.arms)

    @property
    def arm_files(self) -> dict[str, Path]:
        """Arm -> the table that its new rows are in, where one was named."""
        pairs = [arm.partition("=") for arm in self.arms if "=" in arm]
        return {name: Path(file) for name, _, file in pairs}

    @property
    def curve_points(self) -> tuple[int, ...]:
        """Originals of each class at the points of the curve, ascending."""
        return tuple(int(point) for point in self.curve)


def with_earlier_arms(arms: tuple[str, ...], earlier: Iterable[str]) -> tuple[str, ...]:
    """Add the arms of originals alone that an earlier run has had, in the order of `ARMS`.

    >>> with_earlier_arms(("original", "augmented", "mine"), ["weighted", "words", "tfidf"])
    ('original', 'augmented', 'weighted', 'tfidf', 'mine')
    """
    kept = [arm for arm in earlier if arm in (*OF_ORIGINALS, *FLOORS) and arm not in arms]
    return tuple(sorted((*arms, *kept), key=lambda arm: (*ARMS, arm).index(arm)))


def _ordered(arms: tuple[str, ...]) -> tuple[str, ...]:
    """Arms in the order of `ARMS`, then the user's own as given; refuses what is no arm."""
    names = [arm.partition("=")[0] for arm in arms]
    for arm, name in zip(arms, names, strict=True):
        file = arm.partition("=")[2]
        if "=" not in arm and name not in ARMS:
            raise InputError(
                f"arms: unknown arm {name!r} (known: {', '.join(ARMS)}); a table of your own is "
                "given as NAME=FILE.csv"
            )
        if "=" in arm and (not file or not ARM_NAME.fullmatch(name)):
            raise InputError(
                f"arms: {arm!r} is no NAME=FILE.csv with a name of letters, digits and _, at "
                "most 30"
            )
        if "=" in arm and name in ARMS and name != WORDS:
            raise InputError(f"arms: {name!r} is an arm already; give {file} another name")
        if names.count(name) > 1:
            raise InputError(f"arms: {name!r} is given twice")
    order = {name: at for at, name in enumerate(ARMS)}
    return tuple(sorted(arms, key=lambda arm: order.get(arm.partition("=")[0], len(ARMS))))


def _points(points: tuple[str, ...]) -> tuple[str, ...]:
    """Points of a curve, each once, ascending."""
    found = set()
    for point in points:
        if not point.isdecimal() or int(point) < 2:
            raise InputError(
                f"curve: {point!r} is no number of originals a class; whole numbers of at least 2 "
                "are wanted, like 5,10,20,50"
            )
        found.add(int(point))
    return tuple(str(point) for point in sorted(found))
