"""Runs one command: flags over TOML over defaults, and every error as one line."""

from __future__ import annotations

import dataclasses
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import tyro

from augment.cli import BAD_INPUT, DONE, FAILED, INTERRUPTED
from augment.config import toml_options
from augment.errors import AugmentError

#: How every config becomes a parser: lists repeat (``--pivot es --pivot ca``), a switch has no
#: ``--no-`` twin, and a default that is None is not shown as a choice.
MARKERS = (
    tyro.conf.UseAppendAction,
    tyro.conf.FlagCreatePairsOff,
    tyro.conf.PositionalRequiredArgs,
)


def parse(command: str, config: type, args: Sequence[str]) -> Any:  # noqa: ANN401
    """Build the command's config from flags, then ``augment.toml``, then its defaults."""
    return tyro.cli(
        config,
        prog=f"augment {command}",
        args=list(args),
        default=_defaults(config, toml_options(command, config)),
        config=MARKERS,
    )


def run_command(command: str, module: ModuleType, args: Sequence[str], debug: bool) -> int:
    """Run a command module and map what happens to an exit code."""
    try:
        config = parse(command, module.Config, args)
        return module.run(config) or DONE
    except SystemExit as stop:  # the parser: --help, or a usage error that it has explained
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    except KeyboardInterrupt:
        return _fail("interrupted; what is finished is kept: run the same command to go on", 130)
    except AugmentError as error:
        if debug:
            traceback.print_exc()
        return _fail(str(error), error.exit_code)
    except BrokenPipeError:
        return INTERRUPTED
    except Exception as error:
        if debug:
            traceback.print_exc()
        return _fail(
            f"{type(error).__name__}: {error} (a fault of this program, or of a library below it; "
            "--debug shows where; what is finished is kept: the same command goes on)",
            FAILED,
        )


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"augment: {message}\n")
    return code


def _defaults(config: type, options: dict[str, Any]) -> Any:  # noqa: ANN401
    """Give an unvalidated instance that holds the TOML's values and, elsewhere, the defaults.

    The class validates in ``__post_init__``; that must happen once, on the final values.
    """
    instance = object.__new__(config)
    for field in dataclasses.fields(config):
        if field.name in options:
            value = options[field.name]
            value = Path(value) if "Path" in str(field.type) and isinstance(value, str) else value
        elif field.default is not dataclasses.MISSING:
            value = field.default
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        else:
            value = tyro.MISSING
        object.__setattr__(instance, field.name, value)
    return instance
