"""Which arm is compared with which, and where no comparison of the two could be fair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from augment.train.kfold.arm_result import ArmResult
from augment.train.kfold.comparison import Comparison, Withheld, compare, judge
from augment.train.kfold.config import FLOORS, MATCHED, OF_ORIGINALS, ORIGINAL, OVERSAMPLED
from augment.train.kfold.steps import step_between


@dataclass(frozen=True)
class Contrasts:
    """Comparisons of arms that were tested on the same parts.

    Parameters
    ----------
    arms
        Results of every arm.
    matched
        Arm -> the arm of new rows that it is matched to, itself for such an arm.
    metric
        What is compared.
    test_to_train
        Test originals divided by training originals, of the whole run. Where only a few of the
        training originals are used (the curve), the training parts of two folds share less, and
        not more, than this allows for.
    """

    arms: Mapping[str, ArmResult]
    matched: Mapping[str, str]
    metric: str
    test_to_train: float

    @property
    def news(self) -> list[str]:
        """Arms of new rows."""
        return [arm for arm in self.arms if self.matched.get(arm) == arm]

    def against(self, baseline: str, candidate: str) -> Comparison:
        """Compare two arms, whatever they are."""
        before, after = self.arms[baseline], self.arms[candidate]
        return compare(
            before.values(self.metric),
            after.values(self.metric),
            test_to_train=self.test_to_train,
            step=step_between(
                self.metric, [*after.per_class], after.tested, before.answers, after.answers
            ),
            baseline=baseline,
            candidate=candidate,
            metric=self.metric,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Every candidate with its control, as far as one was run: ``(control, candidate)``."""
        arms, news = self.arms, self.news
        found = []
        for arm in news:
            own = f"{OVERSAMPLED}-{arm}"
            beside = [a for a in arms if a != arm and a not in news]
            tuned = [a for a in beside if a not in FLOORS]
            others = [own, OVERSAMPLED, MATCHED, *tuned, *beside, *(a for a in arms if a != arm)]
            if control := next((a for a in others if a in arms), ""):
                found.append((control, arm))
        if news:
            return found
        tuned = [arm for arm in arms if arm not in FLOORS]
        trained = tuned if len(tuned) > 1 else [*arms]
        if len(trained) < 2:
            return []
        baseline = next((a for a in (MATCHED, ORIGINAL) if a in trained), trained[0])
        rest = [arm for arm in trained if arm not in (baseline, ORIGINAL)] or [
            arm for arm in trained if arm != baseline
        ]
        return [(baseline, OVERSAMPLED if OVERSAMPLED in rest else rest[-1])]

    def settled(self) -> list[Comparison]:
        """Every candidate against its control, with the verdicts of all of them together."""
        pairs = self.pairs()
        others = [
            [
                self.against(arm, candidate)
                for arm in self.arms
                if arm in OF_ORIGINALS and arm not in (control, candidate)
            ]
            if candidate not in FLOORS
            else []
            for control, candidate in pairs
        ]
        return judge(
            [self.against(*pair) for pair in pairs], others, [self.withheld(*p) for p in pairs]
        )

    def withheld(self, control: str, candidate: str) -> Withheld:
        """Why these two arms can have no verdict, whatever their scores are."""
        if not (self.arms[control].learned or self.arms[candidate].learned):
            return "unlearned"
        if candidate in self.news:
            return "" if control.startswith(OVERSAMPLED) else "control"
        if candidate in FLOORS or control in FLOORS:
            return ""
        steps = [[unit.steps for unit in self.arms[arm].units] for arm in (control, candidate)]
        return "" if steps[0] == steps[1] else "control"

    def naive(self) -> Comparison | None:
        """Give the difference that one would report without a control; None without `original`."""
        pairs = self.pairs()
        if ORIGINAL not in self.arms or not pairs or pairs[0][1] in FLOORS:
            return None
        control, candidate = pairs[0]
        if candidate == ORIGINAL or (control == ORIGINAL and not self.news):
            return None
        return self.against(ORIGINAL, candidate)
