"""Tables and figure of benchmarks/filter_quality.py, from its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from filter_pairs import (
    FIRST_SIGHT,
    HELD_OUT,
    POISON_AT_FIRST_SIGHT,
    READ_SINCE,
    TUNED_ON,
)

NAMES = {"en": "English", "fr": "French", "es": "Spanish", "ca": "Catalan"}
#: Share of each kind of poison that the default is meant to catch; "watched" ones are told only.
WANTED = {"gross": 0.95, "subtle": 0.85}
#: Okabe and Ito's colours, told apart with any colour vision, and a marker each.
LOOKS = {
    "loose": ("#E69F00", "v"),
    "normal": ("#0072B2", "o"),
    "strict": ("#009E73", "^"),
}
REFUSED, CAUGHT = "#D55E00", "#0072B2"


def markdown(result: dict[str, Any]) -> str:
    """Tables for a reader."""
    machine = ", ".join(f"{name} {value}" for name, value in result["machine"].items())
    languages = result["languages"]
    lines = [
        "# What the paraphrase filter catches, and what it costs",
        "",
        "Made by `benchmarks/filter_quality.py`, which says how.",
        f"Machine: {machine}.",
        "",
        "Thresholds and word lists were fixed on half of the sentences. Of the held-out half the",
        "totals were seen during development. In Spanish that half missed two aims and was read",
        "then, to find out why; held out there are, since, the 197 sentences in neither half, in",
        "the words of both translators. **All held-out sentences that were refused have been read",
        'by now**, and what had passed of "negation dropped" (Spanish, French) and "name swapped"',
        "(Spanish); causes found so were mended. The totals from before that are told as *at first",
        "sight*; what is told of these sentences since flatters the filter a little. No fresh half",
        "is left but that of the human paraphrases below.",
        "",
        "![recall of each poison, and curves over the thresholds](filter_quality.png)",
        "",
        *_verdict(languages),
        "",
        "## Good candidates refused",
        "",
        "Neural translations of FLORES sentences beside the human ones, copies left out. Some of",
        "these are wrong in fact (a lost half sentence, another number), so that the share of",
        "good ones refused is lower. Refusals for repeating a text are no error and stand apart.",
        "",
        "| language | sentences | n | loose | normal | strict | repeats | by check, normal |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for language, found in languages.items():
        for half in (side for side in (TUNED_ON, READ_SINCE, HELD_OUT) if side in found):
            good = found[half]["good"]
            normal = good["normal"]
            lines.append(
                f"| {NAMES[language]} | {half} | {normal['n']} | {good['loose']['refused']:.1%} "
                f"| **{normal['refused']:.1%}** | {good['strict']['refused']:.1%} "
                f"| {normal['repeats']:.1%} | {_by(normal['by'])} |"
            )
    lines += _judged(languages)
    lines += [
        "",
        "Three such sentences joined into one text have three times the chances of a doubt:",
        "",
        "| language | n | refused | by check |",
        "|---|---|---|---|",
    ]
    for language, found in languages.items():
        three = found[HELD_OUT]["texts of three sentences"]
        lines.append(
            f"| {NAMES[language]} | {three['n']} | {three['refused']:.1%} | {_by(three['by'])} |"
        )
    lines += _human(languages)
    lines += ["", "## Poison caught, held-out sentences, normal", ""]
    lines += _poison_table(
        {name: one[HELD_OUT]["poison"]["normal"] for name, one in languages.items()}
    )
    caught = (f"{name} {k} of {n} ({k / n:.1%})" for name, (k, n) in POISON_AT_FIRST_SIGHT.items())
    lines += [
        "",
        f"At first sight it was, of poisons of interest: {'; '.join(caught)}.",
        '"Person changed" puts another person in the place of one in all its subjects, only where',
        "the verb is sure to agree; fewer than ten such candidates are not told.",
        '"Negation moved" puts the one negation of a sentence on another verb;',
        'a fifth to a half of it is caught. "Name lost" is let through on purpose (a name may',
        'become a pronoun). "Words shuffled" shows the limit of every check: none of them parses.',
        "",
        "## Short lines: Apertium's round trips",
        "",
        "Subtitles, reviews, questions, everyday lines and news. Many of these round trips are",
        "wrong or wooden, so the share refused is no error rate. Left out is the limit on what",
        "an engine that goes by rules may change ([measured apart](rule_engines.md)).",
        "",
        "| route | n | refused | repeats | by check |",
        "|---|---|---|---|---|",
    ]
    for language, found in languages.items():
        for pivot, one in found.get("apertium", {}).items():
            lines.append(
                f"| {language}, through {pivot} | {one['n']} | {one['refused']:.1%} "
                f"| {one['repeats']:.1%} | {_by(one['by'])} |"
            )
    lines += ["", "Poison put into those of the first route that passed:", ""]
    lines += _poison_table(
        {
            n: one["poison in apertium"]
            for n, one in languages.items()
            if "poison in apertium" in one
        }
    )
    lines += ["", "## Fluency", ""]
    lines += [
        "The character model is meant for broken spelling. Does it also feel that a round trip of",
        "Apertium is wooden? The chance that it finds one stranger than a neural translation "
        "(0.5: it cannot tell):",
        "",
    ]
    for language, found in languages.items():
        if "apertium stranger than neural" in found:
            lines.append(f"- {NAMES[language]}: {found['apertium stranger than neural']:.2f}")
    lines += [
        "",
        'It does not. Wooden grammar made of well-spelled words passes ("Vouloir ne pas',
        "l'admettre\"); a neural engine is the cure, not a filter.",
        "",
        "## Label agreement",
        "",
        "| table | rows | round trips refused | texts of another class refused |",
        "|---|---|---|---|",
    ]
    for path, one in result["labels"].items():
        lines.append(
            f"| {path} | {one['rows']} | {one['round trips refused']:.1%} "
            f"| {one['texts of another class refused']:.1%} |"
        )
    lines += [
        "",
        *(f"{path}: {note}" for path, one in result["labels"].items() for note in one["notes"]),
    ]
    lines += ["## Thresholds alone", ""]
    lines += [
        "| language | least similarity | good refused | another row caught |",
        "|---|---|---|---|",
    ]
    for language, found in languages.items():
        for at in ("0.4", "0.5", "0.55", "0.6", "0.65", "0.7"):
            one = found[HELD_OUT]["curves"]["similarity"]["at"][at]
            lines.append(f"| {language} | {at} | {one['good refused']:.1%} | {one['caught']:.1%} |")
    return "\n".join(lines) + "\n"


def _verdict(languages: dict[str, Any]) -> list[str]:
    """Say which poison misses its aim, and where good candidates cost too much."""
    missed = [
        f"{NAMES[language]}, {name}: {one['caught']:.1%} of {one['n']}"
        for language, found in languages.items()
        for name, one in found[HELD_OUT]["poison"]["normal"].items()
        if one["caught"] < WANTED.get(one["severity"], 0.0)
    ]
    dear = [
        f"{NAMES[language]}, good candidates refused: {share:.1%}"
        for language, found in languages.items()
        if (share := found[HELD_OUT]["good"]["normal"]["refused"]) > 0.08
    ]
    aim = (
        "Aim of the default: 95 % and more of each gross poison caught, 85 % and more of each "
        "subtle one, 8 % and less of good candidates refused. On the held-out sentences "
    )
    if not missed and not dear:
        return [aim + "it is met by every poison in every language."]
    return [aim + "these miss it:", "", *(f"- {line}" for line in [*missed, *dear])]


def _judged(languages: dict[str, Any]) -> list[str]:
    """Tell what is left of the refusals without candidates that are wrong in fact."""
    lines = [
        "",
        "Refused held-out candidates were judged by reading: wrong where they lost a part, changed",
        "a number, a name or who does it, say the opposite or are broken; right where they say the",
        "same, or nearly. One reader did it, after the refusals were known, seeing why each was",
        "refused, and did not read those that passed, where some are wrong too: the shares are an",
        "estimate from one side ([judgements](filter_judged.csv), without texts).",
        "",
        "| language | when | n | refused | judged wrong | share refused "
        "| share of those not judged wrong |",
        "|---|---|---|---|---|---|---|",
    ]
    for language, found in languages.items():
        told, n = found[HELD_OUT]["judged"], found[HELD_OUT]["good"]["normal"]["n"]
        for when, refused, every, wrong in (
            ("at first sight", *FIRST_SIGHT[language]),
            ("read since", told["refused"], n, told["wrong"]),
        ):
            lines.append(
                f"| {NAMES[language]} | {when} | {every} | {refused} | {wrong} "
                f"| {refused / every:.1%} | **{(refused - wrong) / (every - wrong):.1%}** |"
            )
    return lines


def _human(languages: dict[str, Any]) -> list[str]:
    """Tell what is refused of texts that people translated into the same text."""
    lines = [
        "",
        "Two texts that people translated into the same text (Tatoeba) say the same in other",
        "words. The check of persons was tuned on one half of them, no other check on any:",
        "",
        "| language | half | n | refused | repeats | by check |",
        "|---|---|---|---|---|---|",
    ]
    for language, found in languages.items():
        for half, one in found["human"].items():
            lines.append(
                f"| {NAMES[language]} | {half} | {one['n']} | {one['refused']:.1%} "
                f"| {one['repeats']:.1%} | {_by(one['by'])} |"
            )
    return lines


def _by(reasons: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in reasons.items())


def _poison_table(tables: dict[str, dict[str, Any]]) -> list[str]:
    lines = [
        "| poison | " + " | ".join(tables) + " |",
        "|---|" + "---|" * len(tables),
    ]
    for name in dict.fromkeys(name for table in tables.values() for name in table):
        told = [table.get(name) for table in tables.values()]
        severity = next(one["severity"] for one in told if one)
        cells = [f"{one['caught']:.1%} of {one['n']}" if one else "" for one in told]
        lines.append(f"| {name} ({severity}) | " + " | ".join(cells) + " |")
    return lines


def draw(result: dict[str, Any], path: Path) -> None:
    """Draw recall per poison and preset, and below it the curves over two thresholds."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    languages = {name: one for name, one in result["languages"].items() if name != "ca"}
    n = len(languages)
    figure, axes = plt.subplots(
        3, n, figsize=(4.6 * n + 1.6, 13), height_ratios=(3.4, 1, 1), squeeze=False,
        constrained_layout=True,
    )  # fmt: skip
    first = next(iter(languages.values()))[HELD_OUT]["poison"]["normal"]
    rank = {"gross": 0, "subtle": 1, "watched": 2}
    every = sorted(
        {name: one["severity"] for v in languages.values()
         for name, one in v[HELD_OUT]["poison"]["normal"].items()}.items(),
        key=lambda pair: (rank[pair[1]], list(first).index(pair[0]) if pair[0] in first else 99),
    )  # fmt: skip
    for column, (language, found) in enumerate(languages.items()):
        held = found[HELD_OUT]
        top = axes[0][column]
        for preset, (colour, marker) in LOOKS.items():
            table = held["poison"][preset]
            points = [(table[name]["caught"] * 100, y) for y, (name, _) in enumerate(every)
                      if name in table]  # fmt: skip
            refused = held["good"][preset]["refused"]
            top.scatter(*zip(*points, strict=True), s=34, color=colour, marker=marker,
                        label=f"{preset} ({refused:.1%} of good refused)", zorder=3)  # fmt: skip
        for y, (_, severity) in enumerate(every):
            if severity in WANTED:
                wanted = WANTED[severity] * 100
                top.plot([wanted, wanted], [y - 0.5, y + 0.5], color="0.25", lw=1.4, zorder=2)
        top.set_ylim(len(every) - 0.5, -0.5)
        top.set_xlim(-4, 104)
        top.set_yticks(range(len(every)))
        top.set_yticklabels([f"{name}" for name, _ in every] if not column else [])
        top.set_title(f"{NAMES[language]}: poison caught, %", fontsize=11)
        top.grid(color="0.9", zorder=0)
        top.legend(loc="center left", fontsize=8, framealpha=1)
        for row, (name, label, bad) in enumerate(
            (
                ("similarity", "least similarity", "another row's text caught"),
                ("strangeness", "greatest strangeness, standard deviations", "letter salad caught"),
            ),
            start=1,
        ):
            curve = held["curves"][name]["at"]
            x = [float(at) for at in curve]
            one = axes[row][column]
            one.plot(x, [v["caught"] * 100 for v in curve.values()], color=CAUGHT, marker="o",
                     ms=4, label=bad)  # fmt: skip
            one.plot(x, [v["good refused"] * 100 for v in curve.values()], color=REFUSED,
                     marker="s", ms=4, ls="--", label="good refused")  # fmt: skip
            one.set_xlabel(label)
            one.set_ylabel("%" if not column else "")
            one.grid(color="0.9")
            one.legend(fontsize=8, loc="center left" if row == 1 else "center right")
    figure.suptitle(
        "Paraphrase filter on held-out sentences (bars: the aims)",
        fontsize=12,
    )
    figure.savefig(path, dpi=110)
    plt.close(figure)


def tell(name: str, found: dict[str, Any]) -> None:
    print(f"{name}: good {found['good']['normal']}", flush=True)
    print(f"  three sentences {found['texts of three sentences']}")
    tell_poison(found["poison"]["normal"])


def tell_poison(table: dict[str, Any]) -> None:
    for name, one in table.items():
        print(f"  {name:<34} {one['caught']:7.1%} of {one['n']:4}  {one['by']}", flush=True)
