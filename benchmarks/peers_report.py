"""Writes results/peers.md from results/peers.json.

python benchmarks/peers_report.py
"""

from __future__ import annotations

import json
from typing import Any

from peers import RESULT

#: The same outputs of every tool are shown: the first, and two others of the first twenty.
SHOWN = (0, 7, 14)


def share(one: dict[str, Any], count: int) -> str:
    """Part of the texts returned, in percent."""
    return f"{100 * count / one['returned']:.1f}" if one["returned"] else "-"


def line(name: str, one: dict[str, Any]) -> str:
    """One tool's line of a table."""
    if "not_run" in one:
        return f"| {name} | not run |" + " |" * 11
    alone = one["caught_alone"]
    counts = (
        one["identical_folded"],
        one["repeated_folded"],
        one["equal_to_another_original"],
        alone["numbers"],
        alone["negation"],
        alone["language"],
        one["refused"],
    )
    cost = (
        f"{one['processor_s']} making"
        if "processor_s" in one
        else f"{one['whole_process_s']} whole process"
    )
    shares = " | ".join(share(one, count) for count in counts)
    rows = f"{one['asked']} | {one['returned']} | {one['failed_texts']}"
    before = ", ".join(f"{why} {n}" for why, n in one.get("refused_in_its_run", {}).items())
    return f"| {name} | {rows} | {shares} | {cost} | {before} |"


def main() -> None:
    found = json.loads(RESULT.read_text(encoding="utf-8"))
    machine = found["machine"]
    out = [
        "# Beside other libraries",
        "",
        f"{machine['cores']} cores {machine['cpu']}, Python {machine['python']}, busy with other "
        f"work. The first {found['rows_at_most']} rows of each table, similarity left out "
        "everywhere. Made by `python benchmarks/peers.py ../shared/data` and "
        "`python benchmarks/peers_report.py`; details in `peers.json`.",
        "",
        "Shares in percent of the texts returned; *refused* is by augment's own checks, which is "
        "our yardstick. Augment's lines hold what those checks left, so that nothing is refused "
        "again: the last column is what its run refused before, to be compared with the others' "
        "*refused*. Back-translations are judged by the usual thresholds, all else by those of "
        "`augment words` for small changes.",
        "",
        f"Seconds are of the processor, median of {found['runs']}: for the others making alone, "
        "for augment the whole process with start, reading, checks and files, so the two do not "
        "compare. nlpaug's SpellingAug draws from a second "
        "generator that is not seeded here: its counts change a little from run to run.",
        "",
        "Of this run: `--rows 200 --without textaugment`; eda with the thesauri of Debian's "
        "mythes-en-us and mythes-fr. TextAttack's installation did not end on this machine, and "
        "textaugment's EDA, tried before, had not ended after two minutes on 200 SST-2 sentences; "
        "nothing is said of either. Not measured: similarity, balance, a kill half way, whole "
        "processes of the others.",
        "",
        "Read, twenty French texts of each and twenty English ones of five: without similarity, "
        "back-translations of lost meaning pass "
        "(`Et puis ceci déjà ne bon nage`); nlpaug's KeyboardAug writes digits and signs into "
        "words by default, which the check of numbers takes for numbers; SpellingAug puts English "
        "words into French texts, for it has one dictionary, the English one; texts of eda and "
        "swap are often ungrammatical.",
    ]
    for name, table in found["tables"].items():
        out += [
            "",
            f"## {name}: {table['rows']} texts, language {table['language']}",
            "",
            "| tool | asked | returned | failed texts | same as original, folded | repeated "
            "| equal to another original | numbers | negation | language | refused "
            "| processor s | refused before |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
            *(line(tool, one) for tool, one in table["tools"].items()),
        ]
        reasons = {tool: one["not_run"] for tool, one in table["tools"].items() if "not_run" in one}
        out += [f"\n{tool}: not run. It said: `{said}`" for tool, said in reasons.items()]
    for name, table in found["tables"].items():
        out += ["", f"## Examples: {name}"]
        for tool, one in table["tools"].items():
            if "examples" in one:
                out += ["", f"{tool}:", ""]
                for at in SHOWN:
                    if at < len(one["examples"]):
                        before, after = (" ".join(text.split()) for text in one["examples"][at])
                        out.append(f"- {before} → {after}")
    RESULT.with_suffix(".md").write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
