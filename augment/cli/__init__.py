"""The command line: parse, build a config, call one library function, print, exit code.

One literal table of commands; the module of a command is loaded only when it is asked for, so
``augment --help`` loads no library of weight. A command module holds ``Config`` (its documented
dataclass, from the library) and ``run(config) -> int | None``; one whose interrupted runs go on
from what they finished has ``keeps(config) -> bool``.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from augment._version import __version__

#: command -> (module, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "backtranslate": (
        "augment.cli.backtranslate",
        "Write a larger, class-balanced table by back-translation.",
    ),
    "words": (
        "augment.cli.words",
        "The same with word, sentence and model augmenters instead of translation.",
    ),
    "review": (
        "augment.cli.review",
        "Look through kept and refused paraphrases in the browser; keep, refuse, edit.",
    ),
    "filter": (
        "augment.cli.filter",
        "Judge paraphrases that came from anywhere.",
    ),
    "inspect": (
        "augment.cli.inspect",
        "Show what is in a table, and what can be expected of augmenting it.",
    ),
    "balance": (
        "augment.cli.balance",
        "Balance classes without new texts: repeat rows, leave rows out, or weight them.",
    ),
    "split": (
        "augment.cli.split",
        "Split a table into training, validation and test parts that do not leak.",
    ),
    "convert": (
        "augment.cli.convert",
        "Read a folder, JSON or any table, and write it in another format.",
    ),
    "kfold-train": (
        "augment.cli.kfold_train",
        "Fine-tune in K folds and say whether the new rows helped.",
    ),
    "train": (
        "augment.cli.train",
        "Fine-tune one model and write it as a Hugging Face folder.",
    ),
    "evaluate": (
        "augment.cli.evaluate",
        "Score a trained model on labelled rows.",
    ),
    "predict": (
        "augment.cli.predict",
        "Label the rows of a table, or a few texts, with a trained model.",
    ),
    "serve": (
        "augment.cli.serve",
        "Answer HTTP requests with a trained model.",
    ),
    "demo": (
        "augment.cli.demo",
        "Try a trained model in the browser, and see which words mattered.",
    ),
    "convert-checkpoint": (
        "augment.cli.convert_checkpoint",
        "Turn a .pt state dict into a model folder, running none of its code.",
    ),
    "models": (
        "augment.cli.models",
        "List, fetch, verify and remove local neural translators.",
    ),
    "doctor": (
        "augment.cli.doctor",
        "Show what this machine can do, and the line that gets what is missing.",
    ),
    "completion": (
        "augment.cli.completion",
        "Print a completion script for bash, zsh or fish.",
    ),
}

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def usage() -> str:
    """Text of ``augment --help``."""
    width = max(map(len, COMMANDS)) + 2
    lines = [
        "usage: augment COMMAND [OPTIONS]",
        "",
        "Larger, class-balanced text data sets by back-translation, and an honest answer to",
        "whether they help.",
        "",
        "commands:",
        *(f"  {name:<{width}}{text}" for name, (_, text) in COMMANDS.items()),
        "",
        "options:",
        "  -h, --help    show this text; `augment COMMAND --help` shows a command's options",
        "  --version     show the version",
        "  --debug       show a traceback when something fails",
        "",
        "first steps:",
        "  augment doctor",
        "  augment backtranslate reviews.csv --pivot es,ca",
        "  augment review reviews.augmented.csv",
        "  augment kfold-train reviews.augmented.csv",
        "",
        "Defaults of a command can stand in augment.toml in the current folder: a table named",
        "after the command, its options as keys.",
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name; `sys.argv` by default.

    Returns
    -------
    int
        0 done, 1 failed while running, 2 bad usage or input, 130 interrupted.
    """
    args = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in args
    args = [arg for arg in args if arg != "--debug"]
    if not args or args[0] in ("-h", "--help", "help"):
        return _say(usage(), DONE if args else BAD_INPUT)
    if args[0] == "--version":
        return _say(f"augment {__version__}", DONE)
    if args[0] not in COMMANDS:
        return _unknown(args[0])
    try:
        from augment.cli.running import run_command
    except KeyboardInterrupt:  # before anything was begun
        return _say("augment: interrupted", INTERRUPTED)

    # Loading torch and transformers makes a million objects that stay; looking through them for
    # garbage every 700 new ones is a sixth of the start.
    gc.set_threshold(100_000, 20, 20)
    return run_command(args[0], args[1:], debug)


def _say(text: str, code: int) -> int:
    stream = sys.stdout if code == DONE else sys.stderr
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:  # `augment --help | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code


def _unknown(name: str) -> int:
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    known = ", ".join(COMMANDS)
    return _say(f"augment: unknown command {name!r}{hint} (commands: {known})", BAD_INPUT)
