"""Writes results/peers.md from results/peers.json.

python benchmarks/peers_report.py
"""

from __future__ import annotations

import json
from typing import Any

from peers import RESULT

#: The same outputs of every tool are shown: the first, and two others of the first twenty.
SHOWN = (0, 7, 14)
#: What this run had.
ENVIRONMENT = (
    "Of this run: `--rows 200`, and `--peers`, `--nltk-data` and `--eda` as below; eda with the "
    "thesauri of Debian's mythes-en-us and mythes-fr. On the reviews TextAttack's "
    "EasyDataAugmenter was stopped after a minute of processor time and is left out: its time "
    "grows faster than the length of a text. The lines of augment and nlpaug for reviews_fr "
    "are of a run before, by the same commands.",
    "",
    "- TextAttack in an environment of its own above augment's, nothing of it replaced: "
    "`pip install --no-deps` of textattack 0.3.11, flair 0.15.1, transformers 4.57.6, tokenizers "
    "0.22.2, huggingface-hub 0.36.2, datasets 4.4.1, nltk 3.10.4, and of what these import: "
    "bert-score, bioc, boto3, botocore, bpemb, conllu, deprecated, docopt, editdistance, ftfy, "
    "intervaltree, jieba, jmespath, jsonlines, langdetect, language-tool-python, lemminflect, "
    "Levenshtein, lru-dict, lxml, matplotlib, more-itertools, mpld3, num2words, OpenHowNet, "
    "anytree, pinyin, pptree, pytorch-revgrad, s3transfer, segtok, sqlitedict, tabulate, "
    "terminaltables, toml, transformer-smaller-training-vocab, wikipedia-api, word2number, wrapt. "
    "For textaugment 3.0.0 also gensim, smart-open, googletrans and nest-asyncio.",
    "- WordNet 3.0 is Debian's wordnet-base and wordnet-sense-index, with the file `lexnames` "
    "written after the manual page lexnames(5WN); the stop words are NLTK's, as the package "
    "llama-index-core holds them.",
    "- EDA's own code is `code/eda.py` of jasonwei20/eda_nlp at 1c5cda4b; the number beside its "
    "name starts the SHA-256 of the file that ran, which had one newline more at its end. Its last "
    "output, the original in small letters a to z, is left out here; its own script writes it in "
    "the original's place.",
    "- Not run: what loads models or a tagger from the network, as TextAttack's CheckList, "
    "embedding, CLARE and back-translation augmenters and nlpaug's SynonymAug. Not measured: "
    "similarity, balance, a kill half way, whole processes of the others.",
)
#: What reading showed that the counts do not.
READ = (
    "Read: the outputs of twenty SST-2 sentences and twenty French subtitle lines by every tool, "
    "one of each text.",
    "",
    "- TextAttack's EasyDataAugmenter is refused as seldom as `augment words eda` in English: it "
    "keeps case, marks and spaces, and seldom returns a text twice. Like every EDA, augment's too, "
    "both leave out or insert a word where the sentence breaks (`magical yet the act is still "
    "charming here`; augment's `charming the act is still yet here`), and synonyms miss form or "
    "sense (`a screenplay more ingeniously retrace than memento`): no check here judges that.",
    "- EDA's own code drops case, digits and every mark before it starts. That costs nothing on "
    "SST-2, whose sentences have none; on the reviews most of its refusals are of numbers. "
    "It often returns the same text for one original again; of "
    "French it keeps the letters a to z (`si on n tait pas sulfur recherch s`).",
    "- In French TextAttack's, textaugment's and EDA's own code draw synonyms from the English "
    "WordNet and say nothing: `Ce` becomes `cerium`, `pas` `protactinium`. The checks "
    "counted here seldom see that. `augment words eda` takes the French thesaurus, and is "
    "ungrammatical as often (`Alors et ?`, `un très bon maquette plan`).",
    "- TextAttack's CharSwapAugmenter makes one slip in some words, often a capital amid small "
    "letters (`eRxtreme`) or another word (`the elf`, `clove it`), and in French may break a "
    "negation (`Vous 'avez pas`).",
    "- textaugment's EDA gives the original back for many short texts.",
    "- Without similarity, back-translations of lost meaning pass (`Et puis ceci déjà ne bon "
    "nage`). nlpaug's KeyboardAug writes digits and signs into words by default, which the check "
    "of numbers takes for numbers; its SpellingAug puts English words into French texts, for it "
    "has one dictionary, the English one.",
)


def share(one: dict[str, Any], count: int) -> str:
    """Part of the texts returned, in percent."""
    return f"{100 * count / one['returned']:.1f}" if one["returned"] else "-"


def line(name: str, one: dict[str, Any]) -> str:
    """One tool's line of a table."""
    if "not_run" in one:
        return f"| {name} | not run |" + " |" * 11
    named = f"{name} ({one['version']})" if "version" in one else name
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
    seconds, of = (
        (one["processor_s"], "making") if "processor_s" in one
        else (one["whole_process_s"], "whole process")
    )  # fmt: skip
    cost = f"{1000 * seconds / max(one['returned'], 1):.2f} {of}"
    shares = " | ".join(share(one, count) for count in counts)
    rows = f"{one['asked']} | {one['returned']} | {one['failed_texts']}"
    before = ", ".join(f"{why} {n}" for why, n in one.get("refused_in_its_run", {}).items())
    return f"| {named} | {rows} | {shares} | {cost} | {before} |"


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
        f"Time is of the processor, median of {found['runs']}, for each text returned: for the "
        "others making alone, for augment the whole process with start, reading, checks and files, "
        "so the two do not compare. nlpaug's SpellingAug draws from a second "
        "generator that is not seeded here: its counts change a little from run to run.",
        "",
        *ENVIRONMENT,
        "",
        *READ,
    ]
    for name, table in found["tables"].items():
        out += [
            "",
            f"## {name}: {table['rows']} texts, language {table['language']}",
            "",
            "| tool | asked | returned | failed texts | same as original, folded | repeated "
            "| equal to another original | numbers | negation | language | refused "
            "| processor ms a text returned | refused before |",
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
