"""Runs one command: flags over TOML over defaults, and every error as one line."""

from __future__ import annotations

import errno
import importlib
import re
import sys
import traceback
from collections.abc import Sequence
from dataclasses import MISSING, fields
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import tyro

from augment.cli import BAD_INPUT, COMMANDS, DONE, FAILED, INTERRUPTED
from augment.cli.streams import standard_streams
from augment.config import toml_options
from augment.errors import AugmentError, InputError, WriteError

#: How every config becomes a parser: lists repeat (``--pivot es --pivot ca``), a switch has no
#: ``--no-`` twin, and a default that is None is not shown as a choice.
MARKERS = (
    tyro.conf.UseAppendAction,
    tyro.conf.FlagCreatePairsOff,
    tyro.conf.PositionalRequiredArgs,
)

#: What other programs call an option that is called otherwise here, and too unlike it for the
#: parser to think of it.
HABITS = {
    "batch-size": ("--batch", "--bs", "--per-device-train-batch-size"),
    "delimiter": ("--sep", "--separator"),
    "epochs": ("--num-epochs", "--n-epochs", "--num-train-epochs"),
    "folds": ("--k", "--cv", "--n-splits", "--n-folds", "--num-folds", "--splits"),
    "force": ("--overwrite", "--yes"),
    "label": ("--labels", "--label-column", "--label-col", "--target", "--class"),
    "lr": ("--learning-rate",),
    "max-tokens": ("--max-length", "--max-len", "--max-seq-length"),
    "out": ("--output", "--output-file", "--output-dir", "--out-dir"),
    "seed": ("--random-state", "--random-seed"),
    "source": ("--lang", "--language", "--from", "--src"),
    "text": ("--texts", "--text-column", "--text-col"),
    "warm-up": ("--warmup", "--warmup-ratio"),
}


def parse(command: str, config: type, args: Sequence[str]) -> Any:  # noqa: ANN401
    """Build the command's config from flags, then ``augment.toml``, then its defaults."""
    _check_habits(config, args)

    class Unchecked(config):  # type: ignore[misc]
        """The same options without their validation, which is for the final values alone."""

        def __post_init__(self) -> None:
            pass

    Unchecked.__doc__ = config.__doc__
    beneath = toml_options(command, config, commands=COMMANDS)
    args = _taken_back(config, args, beneath)
    defaults = _defaults(config, beneath)
    # The parser would know a switch that is on as --no-NAME alone.
    on = {name for name, value in beneath.items() if value is True}
    start: Any = object.__new__(Unchecked)
    for name, value in defaults.items():
        # A repeated flag appends to what is there: lists start empty and get their default last.
        value = () if isinstance(value, tuple) else value
        object.__setattr__(start, name, False if name in on else value)
    given = tyro.cli(Unchecked, prog=f"augment {command}", args=args, default=start, config=MARKERS)
    options = {name: name in on or getattr(given, name) for name in defaults}
    return config(
        **{name: defaults[name] if value == () else value for name, value in options.items()}
    )


def _taken_back(config: type, args: Sequence[str], beneath: dict[str, Any]) -> list[str]:
    """Deal with arguments that take back what ``augment.toml`` says; give the others.

    ``--no-force`` switches off what is on there, and leaves `beneath`; ``--per-row none`` becomes
    the None of the parser.
    """
    numbers, switches = set(), {}
    for field in fields(config):
        flag = field.name.replace("_", "-")
        if re.search(r"\b(int|float) \| None", str(field.type)):
            numbers.add(f"--{flag}")
        elif beneath.get(field.name) is True:
            switches[f"--no-{flag}"] = field.name
    left: list[str] = []
    for arg in args:
        name, _, value = arg.replace("_", "-").partition("=")
        if name in switches:
            beneath.pop(switches[name], None)
        elif value.lower() == "none" and name in numbers:
            left.append(f"{name}=None")
        elif arg.lower() == "none" and left and left[-1].replace("_", "-") in numbers:
            left.append("None")
        else:
            left.append(arg)
    return left


def run_command(command: str, args: Sequence[str], debug: bool) -> int:
    """Run a command and map what happens to an exit code."""
    with standard_streams():
        return _run(command, args, debug)


def _run(command: str, args: Sequence[str], debug: bool) -> int:
    module = config = None
    try:
        module = importlib.import_module(COMMANDS[command][0])
        config = parse(command, module.Config, args)
        code = module.run(config) or DONE
        sys.stdout.flush()  # what cannot be written is told now, and not when Python ends
        return code
    except SystemExit as stop:  # the parser: --help, or a usage error that it has explained
        return stop.code if isinstance(stop.code, int) else BAD_INPUT if stop.code else DONE
    except (Exception, KeyboardInterrupt) as error:
        return _failed(error, module, config, debug)


def _failed(error: BaseException, module: Any, config: Any, debug: bool) -> int:  # noqa: ANN401
    """Tell an error in one line; give its exit code."""
    stop = _interruption(error)
    if stop is None and error is getattr(sys.stdout, "error", None):
        return _unprinted(error)
    if debug and not isinstance(error, KeyboardInterrupt):
        traceback.print_exc()
    if stop is not None:
        return _fail(f"interrupted; {str(stop) or _go_on(module, config)}", INTERRUPTED)
    if isinstance(error, AugmentError):
        if isinstance(error, WriteError) and not error.says_how:
            error = error.saying(_go_on(module, config))
        return _fail(str(error), error.exit_code)
    return _fail(
        f"{type(error).__name__}: {error} (a fault of this program, or of a library below it; "
        f"--debug shows where; {_go_on(module, config)})",
        FAILED,
    )


def _interruption(error: BaseException) -> KeyboardInterrupt | None:
    """Give the Ctrl-C under which an error arose, if any: what it cuts off fails in many ways.

    Of several the one that says how the run goes on.
    """
    found: list[BaseException] = []
    below: BaseException | None = error
    while below is not None and below not in found:
        found.append(below)
        below = below.__context__
    stops = [one for one in found if isinstance(one, KeyboardInterrupt)]
    return max(stops, key=lambda one: len(str(one)), default=None)


def _check_habits(config: type, args: Sequence[str]) -> None:
    """Refuse names and ways of writing values of other programs and languages, with what to write.

    Raises
    ------
    InputError
        For ``--learning-rate``, ``--min-similarity 0,6``, and for ``in.csv --pivot es ca``.
    """
    kinds = {f"--{field.name.replace('_', '-')}": str(field.type) for field in fields(config)}
    parts = [
        part for arg in args for part in (arg.split("=", 1) if arg.startswith("--") else [arg])
    ]
    for part in parts:
        elsewhere = part.replace("_", "-").lower()
        flag = next((f"--{ours}" for ours, names in HABITS.items() if elsewhere in names), None)
        if flag in kinds and elsewhere not in kinds:
            raise InputError(f"{part} is {flag} here")
    for at, (given, value) in enumerate(pairwise(parts)):
        flag = given.replace("_", "-")
        kind = kinds.get(flag, "")
        if "float" in kind and "tuple" not in kind and re.fullmatch(r"-?\d*,\d{1,2}", value):
            point = value.replace(",", ".")
            raise InputError(f"{flag} {value}: a number is written with a point: {flag} {point}")
        more = list(takewhile(_may_be_listed, parts[at + 2 :]))
        if "tuple" in kind and more and not args[0].startswith("-"):
            listed = [value, *more]
            joined = ",".join(one.strip(",") for one in listed)
            raise InputError(
                f"{flag} {' '.join(listed)}: several are joined by commas: {flag} {joined}"
            )


def _unprinted(error: BaseException) -> int:
    """Tell why results could not be printed; `augment ... --json | head` had all that it wanted."""
    if isinstance(error, BrokenPipeError):
        return DONE
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    why = "no space is left there" if full else str(error)
    return _fail(
        f"what this command prints could not be written ({why}); the files of the run are in "
        "their places",
        FAILED,
    )


def _may_be_listed(arg: str) -> bool:
    """Whether an argument can be one of a list: no option and no file."""
    return not arg.startswith("-") and re.search(r"[/\\]|\.[A-Za-z]\w*$", arg) is None


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"augment: {message}\n")
    return code


def _defaults(config: type, options: dict[str, Any]) -> dict[str, Any]:
    """Give the TOML's value of every option and, where it has none, the default."""
    values: dict[str, Any] = {}
    for field in fields(config):
        if field.name in options:
            value = options[field.name]
            value = Path(value) if "Path" in str(field.type) and isinstance(value, str) else value
            value = (value,) if "tuple" in str(field.type) and isinstance(value, str) else value
        elif field.default is not MISSING:
            value = field.default
        elif field.default_factory is not MISSING:
            value = field.default_factory()
        else:
            value = tyro.MISSING
        values[field.name] = value
    return values


def _go_on(module: Any, config: Any) -> str:  # noqa: ANN401
    """Say how a command that broke off goes on: its module knows whether it keeps anything."""
    keeps = getattr(module, "keeps", None)
    if config is not None and keeps is not None and keeps(config):
        return "what is finished is kept: run the same command to go on"
    return "run the same command again"
