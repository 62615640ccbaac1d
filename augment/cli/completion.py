"""``augment completion``: a script that lets the shell complete commands and options."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union

import tyro

from augment.cli import COMMANDS
from augment.cli.running import MARKERS


@dataclass(frozen=True)
class Config:
    """Print a completion script.

    bash: augment completion bash > ~/.local/share/bash-completion/completions/augment

    zsh: augment completion zsh > a folder of $fpath, as _augment

    fish: augment completion fish > ~/.config/fish/completions/augment.fish
    """

    shell: Annotated[Literal["bash", "zsh", "fish"], tyro.conf.Positional] = "bash"
    """The shell to complete for."""


def run(config: Config) -> None:
    """Print the script; only now are the options of every command loaded."""
    commands: list[Any] = [
        Annotated[
            importlib.import_module(module).Config,
            tyro.conf.subcommand(name=name, description=text),
        ]
        for name, (module, text) in COMMANDS.items()
    ]
    any_command: Any = Union[tuple(commands)]  # noqa: UP007 - put together at run time
    tyro.cli(
        any_command,
        prog="augment",
        args=["--tyro-print-completion", config.shell],
        config=MARKERS,
    )
