"""The README.md of a trained model: what it is, how to use it, what it scores, what it cannot."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from augment._version import __version__
from augment.datasets.visible import visible_name
from augment.enumeration import counted, enumerated
from augment.train.assessment import Assessment
from augment.train.assessment_text import (
    NAMED,
    caveats,
    class_report,
    confusion_report,
    constant_line,
    score_line,
)


def model_card(name: str, record: Mapping[str, Any], validation: Assessment | None) -> str:
    """Write the card.

    Parameters
    ----------
    name
        Folder name of the model.
    record
        Content of its ``training.json``.
    validation
        Its scores, None when no part of the data was held out.
    """
    labels = list(record["classes"])
    parts = [
        _front_matter(record),
        f"# {name}",
        f"Puts {_kind(record)} into one of {len(labels)} classes: "
        + enumerated([*map(code, labels)], NAMED)
        + f". Fine-tuned from `{_base(record)}` with augment {__version__}.",
        "## Use",
        _use(name, record),
        "## Data",
        _data(record),
        "## Training",
        _training(record),
        "## Scores",
        _scores(validation),
        "## Limits",
        _limits(record, labels, validation),
    ]
    return "\n\n".join(parts) + "\n"


def code(name: str) -> str:
    """Write a name of any kind as Markdown code, in one line.

    Examples
    --------
    >>> print(code("a|b"), code("`a`"))
    `a|b` `` `a` ``
    """
    shown = visible_name(name)
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    space = " " if len(fence) > 1 or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"


def cell(name: str) -> str:
    r"""Write a name as the cell of a Markdown table, with no sign taken for markup.

    Examples
    --------
    >>> print(cell("a|b"))
    a\|b
    """
    return re.sub(r"([\\|`*<\[])", r"\\\1", visible_name(name))


def _front_matter(record: Mapping[str, Any]) -> str:
    lines = [
        "---",
        "library_name: peft" if record["adapters"] else "library_name: transformers",
        "pipeline_tag: text-classification",
        "tags:",
        "- text-classification",
        "- augment",
        "---",
    ]
    return "\n".join(lines)


def _base(record: Mapping[str, Any]) -> str:
    """Name the base model; of a folder its last part, for the others are no reader's matter."""
    base = str(record["base_model"])
    return Path(base).name if Path(base).is_absolute() else base


def _kind(record: Mapping[str, Any]) -> str:
    columns = record["text_columns"]
    return "pairs of texts" if len(columns) == 2 else "texts"


def _use(name: str, record: Mapping[str, Any]) -> str:
    pair = len(record["text_columns"]) == 2
    given = '"first text" "second text"' if pair else '"some text"'
    argument = '[("first text", "second text")]' if pair else '["some text"]'
    folder = shlex.quote(name)
    text = (
        "```sh\n"
        f"augment predict {folder} {given}\n"
        f"augment predict {folder} IN.csv --out OUT.csv\n"
        f"augment evaluate {folder} LABELLED.csv\n"
        "```\n\n"
        "```python\n"
        "from augment import Predictor\n\n"
        f"Predictor({json.dumps(name, ensure_ascii=False)}).predict({argument})\n"
        "```"
    )
    if record["adapters"]:
        return text + (
            f"\n\nThe folder holds LoRA adapters and the head; the base model "
            f"`{_base(record)}` is read beside them. peft reads the folder too "
            f"(`AutoPeftModelForSequenceClassification.from_pretrained(FOLDER, "
            f"num_labels={len(record['classes'])})`); `augment train --lora --merge` writes a "
            "plain model."
        )
    return text + (
        "\n\nThe transformers library reads the folder too (`AutoModelForSequenceClassification`, "
        "`AutoTokenizer`)."
    )


def _data(record: Mapping[str, Any]) -> str:
    data = record["data"]
    lines = [
        f"- table: {code(Path(str(data['name'])).name)}, columns "
        + " + ".join(map(code, record["text_columns"]))
        + f" -> {code(record['label_column'])}",
        f"- trained on {counted(data['trained'], 'row')}: "
        f"{counted(data['originals'], 'original')} and {data['paraphrases']:,} paraphrases",
    ]
    if data["inner"]:
        lines.append(f"- judged epochs by {data['inner']:,} other originals")
    if data["valid"]:
        lines.append(f"- scored on {data['valid']:,} other originals")
    if data.get("recipe"):
        lines.append(f"- paraphrases made with `{data['recipe']}`")
    lines += ["", "| class | originals trained on |", "|---|---|"]
    lines += [f"| {cell(label)} | {n:,} |" for label, n in data["classes"].items()]
    return "\n".join(lines)


def _training(record: Mapping[str, Any]) -> str:
    lines = [f"- signature: `{record['signature']}`"]
    history = record["history"]
    if history:
        lines.append(
            f"- {counted(record['steps'], 'step')}, {counted(len(history), 'epoch')}; "
            f"the model is that of epoch {record['epoch']}; mean loss {history[0]['loss']:.3f} in "
            f"the first epoch, {history[-1]['loss']:.3f} in the last"
        )
    lines.append(
        f"- {record['max_tokens']} tokens of a text are read; a longer one loses its "
        f"{record['truncation']}"
    )
    if record.get("diverged"):
        lines.append(f"- **stopped before its end**: {record['diverged']}")
    return "\n".join(lines)


def _scores(validation: Assessment | None) -> str:
    if validation is None:
        return (
            "None: every row was trained on. `augment train --valid-share 0.2` holds a part out; "
            "`augment kfold-train` scores every row by a model that has not seen it."
        )
    table = validation.confusion
    warnings = "".join(f"**{caveat}.**\n\n" for caveat in caveats(validation))
    return (
        f"{warnings}On the {validation.rows:,} rows held out: {score_line(validation)} (95 % "
        f"intervals), log loss {validation.scores.log_loss:.3f}, calibration error "
        f"{validation.ece:.3f}; {constant_line(table, validation.classes)}.\n\n"
        f"```\n{class_report(validation)}\n\n{confusion_report(validation)}\n```"
    )


def _limits(record: Mapping[str, Any], labels: list[str], validation: Assessment | None) -> str:
    rare = [label for label in labels if record["data"]["classes"].get(label, 0) < 20]
    lines = [
        "- It knows no other class than those above, and gives one of them to any text.",
        "- Its probabilities are not calibrated; expect them to be less reliable on texts that "
        "are unlike those it was trained on (another language, length, source or time).",
    ]
    if rare:
        lines.append(
            f"- Fewer than 20 original rows of {enumerated([*map(code, rare)], NAMED)} were "
            "trained on; its answers there rest on little."
        )
    if validation is not None and validation.rows < 200:
        lines.append("- The scores come from few rows; see how wide their intervals are.")
    lines.append(
        "- It has learnt whatever its rows hold, mistakes and prejudices included; no check for "
        "these was made."
    )
    return "\n".join(lines)
