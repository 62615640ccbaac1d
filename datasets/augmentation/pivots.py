"""Round trips through pivots, as one of the approaches of a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from augment.addresses import in_clear
from augment.datasets.augmentation.manifest import BY_RULES
from augment.datasets.augmentation.variants import (
    NEXT_TO_NOTHING,
    few_passed,
    passed_of,
    wanted_variants,
)
from augment.decoding import Decoding
from augment.errors import AugmentError
from augment.filters import runs
from augment.languages import identifiable, language_name
from augment.paraphraser import Paraphraser
from augment.planning import Plan, plan_round_trips
from augment.round_trip import RoundTrip, variants_of
from augment.store import Store
from augment.translators import load_engine

if TYPE_CHECKING:
    from augment.datasets.augmentation.production import Yield
    from augment.datasets.augmentation.recipe import BacktranslateConfig


#: How many in ten of what rules made of English and French sentences readers found good or but
#: clumsy, among those that pass the filter, and of all (benchmarks/results/rule_engines.md).
USABLE: Final = {"loose": 5, "normal": 6, "strict": 7}
USABLE_OF_ALL: Final = 3
#: The same of what passes ``normal``, by the language of the texts and the pivot.
USABLE_THROUGH: Final[dict[str, dict[str, int]]] = {
    "en": {"ca": 6, "es": 6, "eo": 6, "fr": 6},
    "fr": {"ca": 6, "es": 6, "en": 4, "eo": 3},
}
#: Fewer than that are not worth asking for.
_TOO_FEW: Final = 4


class Pivots:
    """The `Approach` of ``augment backtranslate``.

    Parameters
    ----------
    recipe
        Its pivots and its translator.
    source
        Code of the language of the texts.
    needed
        Most new rows that one original must give; None without a target.
    """

    tag = "bt"
    kind = "pivot"
    methods: Collection[str] = (RoundTrip.method,)
    verb = "translated"

    def __init__(self, recipe: BacktranslateConfig, source: str, needed: int | None) -> None:
        self.recipe = recipe
        self.source = source
        self.plans = plan_round_trips(
            recipe.pivot,
            source,
            recipe.translator,
            url=recipe.url or "",
            offline=recipe.offline,
        )
        self.names: Sequence[str] = [plan.pivot for plan in self.plans]
        greedy = recipe.decoding == "beam" and recipe.beam_size == 1
        wanted = wanted_variants(recipe.per_row, needed, greedy=greedy)
        #: How many different paraphrases of one text each plan is asked for.
        self.variants = [min(wanted, variants_of(p, recipe.decoding_of(0))) for p in self.plans]
        gone_through = {language for plan in self.plans for language in plan.route.languages}
        self.languages: Sequence[str] = sorted(gone_through - {source})

    def lines(self) -> Iterator[str]:
        """One line per route, and one about those that lead through helping languages."""
        for plan, count in zip(self.plans, self.variants, strict=True):
            several = f", up to {count} of each text by {self.recipe.decoding}" if count > 1 else ""
            yield f"pivot {plan}{several}"
        for named in self.recipe.pivot:
            first, _, second = named.partition("-")
            if first in self.names and second.islower() and identifiable(second):
                yield (
                    f"note: pivot {named!r} is read as {language_name(first)}; a chain of two "
                    f"pivots is written '{first}>{second}', in quotes"
                )
        long = [plan for plan in self.plans if len(plan.route.legs) > 2 and ">" not in plan.pivot]
        if long:
            takes = ", ".join(f"{plan.pivot} takes {len(plan.route.legs)}" for plan in long)
            near = [plan.pivot for plan in self._unused if len(plan.route.legs) == 2]
            instead = f"; --pivot {','.join(near[:3])} takes 2 each" if near else ""
            yield f"note: every translation costs quality, and {takes}{instead}"

    def leaving(self, characters: int) -> Iterator[str]:
        """One line per host: every translation of a text counts as long as the text is.

        A service that works well gets no more; one that stumbles is asked again. A second line
        warns of an own server that is asked in clear.
        """
        engines = {
            engine.host: engine
            for plan in self.plans
            for of_leg in plan.engines
            for engine in of_leg
        }
        for host in dict.fromkeys(host for plan in self.plans for host in plan.hosts):
            asked = [(plan.pivot, *plan.asks(host)) for plan in self.plans if host in plan.hosts]
            total = characters * sum(legs for _, legs, _ in asked)
            pivots = ", ".join(pivot for pivot, _, _ in asked)
            asked_first = any(is_first for _, _, is_first in asked)
            backup = (
                "" if asked_first else ", and only texts that the translators before it fail at"
            )
            twice = getattr(engines[host], "asked_twice", 0)
            first = f"first {twice} texts" if twice > 1 else "first text"
            again = f"; the {first} of each way twice" if twice else ""
            yield (
                f"up to about {total:,} characters go to {host} "
                f"(pivot {pivots}; the way there and the way back{again}){backup}"
            )
            if warning := in_clear(getattr(engines[host], "url", "")):
                yield warning

    def left_out(self, method: str) -> Sequence[str]:
        """Every check looks at a round trip."""
        return ()

    def thresholds(self, method: str) -> Mapping[str, Any]:
        """Change nothing: the calibrated defaults were made for round trips."""
        return {}

    def open(
        self, store: Store, stack: ExitStack, note: Callable[[str], None]
    ) -> list[Paraphraser]:
        """Open every route: each pivot's first paraphrase comes before any pivot's second."""
        said = cache(note)  # an engine is given up on every leg, and that is told once
        return [
            self._open(plan, self.recipe.decoding_of(variant, count), store, stack, said)
            for variant in range(max(self.variants, default=0))
            for plan, count in zip(self.plans, self.variants, strict=True)
            if variant < count
        ]

    def _open(
        self,
        plan: Plan,
        decoding: Decoding,
        store: Store,
        stack: ExitStack,
        note: Callable[[str], None],
    ) -> RoundTrip:
        trip = RoundTrip(plan, store, note, decoding=decoding)
        stack.callback(trip.close)
        return trip

    def notes(self) -> Sequence[str]:
        """Say how far an engine that goes by rules can be trusted."""
        names = dict.fromkeys(
            name for plan in self.plans for name in plan.engine.split("+") if name in plan.by_rules
        )
        if not names:
            return ()
        strictness = self.recipe.filter
        usable = USABLE[strictness]
        through = USABLE_THROUGH.get(self.source, {}) if strictness == "normal" else {}
        known = {pivot: through[pivot] for pivot in self.names if pivot in through}
        if runs("reworded", self.recipe.no_filter):
            others = ", ".join(f"{name}: {n}" for name, n in USABLE.items() if name != strictness)
            of = language_name(self.source) if known else "English and French"
            by_share = {n: [name for name in known if known[name] == n] for n in known.values()}
            each = ", ".join(f"{n} in 10 through {','.join(of)}" for n, of in by_share.items())
            told = (
                f"what it changes much is refused (check 'reworded'); of {of} sentences that "
                f"pass readers found {each or f'{usable} in 10'} good or but clumsy "
                f"(--filter {others}; the stricter, the fewer)"
            )
        else:
            told = (
                f"of English and French sentences readers found {USABLE_OF_ALL} in 10 good or but "
                f"clumsy, and {usable} in 10 of those that the check 'reworded' lets pass"
            )
        return (f"{', '.join(names)} {BY_RULES}: {told}; a neural engine errs less",)

    def shortfall(self, per_row: int | None, yields: Mapping[str, Yield]) -> str:
        """Name pivots that this machine reaches and the run did not use, where they would help."""
        passed, asked = passed_of(yields)
        if asked > NEXT_TO_NOTHING * max(passed, 1):
            few = f"{passed:,} of {asked:,} asked passed, and more pivots would give as few"
            return f"{few}: {self.remedy()}"
        few = few_passed(yields)
        none_left = self._others is not None and not self._others
        # What goes by rules says a text in one way: there is one paraphrase a pivot, and no more.
        fixed = all(set(plan.engine.split("+")) <= plan.by_rules for plan in self.plans)
        if per_row and not (fixed and per_row >= len(self.plans)):
            more = "" if none_left else " or more pivots (--pivot)"
            return (
                f"its originals gave {per_row} each, or went through every pivot; a larger "
                f"--per-row{more} would give more{few}"
            )
        if none_left:
            return f"every original went through every pivot that there is{few}; {self.remedy()}"
        names = [plan.pivot for plan in self._unused]
        instance = f", for instance {','.join(names[:4])}" if names else ""
        return (
            "every original went through every pivot; more pivots (--pivot) would give "
            f"more{instance}{few}"
        )

    def remedy(self) -> str:
        """Say what to do where next to nothing passed: another engine, or checks that let more."""
        ruled = [plan for plan in self.plans if plan.by_rules]
        if not ruled:
            return "the table of refusals shows what came back (augment review)"
        marian = load_engine("marian")
        lines = (marian.how_to_get(*plan.route.legs[0]) for plan in ruled)
        fetch = next(filter(None, lines), "augment models fetch m2m100")
        loose = "" if self.recipe.filter == "loose" else "; --filter loose lets some more pass"
        return f"a neural engine errs less ({fetch}){loose}"

    @property
    def _unused(self) -> list[Plan]:
        """Give the round trips on this machine that the run does not make, shortest first.

        Without those that rules make, and of whose sentences too few are right.
        """
        usable = USABLE_THROUGH.get(self.source, {})
        return [
            plan
            for plan in self._others or ()
            if not plan.hosts
            and (not plan.by_rules or usable.get(plan.pivot, _TOO_FEW) >= _TOO_FEW)
        ]

    @cached_property
    def _others(self) -> list[Plan] | None:
        """Give all round trips that the run does not make; None where nobody can list them."""
        engines = (one for plan in self.plans for each in plan.engines for one in each)
        if any(one.pairs() is None for one in engines):  # an engine for any pair
            return None
        try:
            routes = plan_round_trips([], self.source, self.recipe.translator, at_most=99)
        except AugmentError:  # chains, or a server of one's own
            return None
        used = set(self.names)
        return [plan for plan in routes if plan.pivot not in used]
