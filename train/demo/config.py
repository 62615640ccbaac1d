"""Options of ``augment demo``: which page, and who may open it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import tyro

from augment.config import check_at_least, check_one_of, shown_as
from augment.errors import InputError
from augment.train.serving.config import SHORTEST_TOKEN, TOKEN_VARIABLE, checked_token

#: What --share does, told before it is done.
SHARING: Final = (
    "--share: asking api.gradio.app for a public address; its program frpc is fetched from "
    "cdn-media.huggingface.co where it is not here yet, and runs on this machine. Every text "
    "typed into the page goes through that service; whoever has the address and the password can "
    "use it, until this command ends"
)


@dataclass(frozen=True)
class DemoConfig:
    """Try a trained model in the browser: a text in, label, scores and the words that mattered out.

    MODEL is a folder that `augment train` or the transformers library wrote. The page loads
    nothing from elsewhere, and nothing that is typed leaves this machine. Only this machine can
    open it, unless --host names another address, or --share asks for a public one; the environment
    variable AUGMENT_TOKEN must then hold the password that the page asks for.
    """

    model: Annotated[str | None, tyro.conf.Positional, shown_as("MODEL")] = None
    """Model folder, or a hub name."""
    examples: Annotated[Path | None, shown_as("FILE.csv")] = None
    """Table to draw a few example texts of different classes from; not its paraphrases."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Its text column, or two for text pairs. Default: the columns of the training, else found."""
    seed: int = 0
    """Decides which examples are drawn."""
    host: str = "127.0.0.1"
    """Address to listen on. Any but this machine's own loopback needs AUGMENT_TOKEN."""
    port: int = 7860
    """Port of the page; 0 takes any that is free."""
    share: bool = False
    """Ask Gradio's service for a public address too: what is typed then goes through it."""
    no_browser: bool = False
    """Print the address and open nothing."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute. auto: the GPU where there is one."""
    max_tokens: Annotated[int | None, shown_as("N")] = None
    """Cut texts off there rather than where the training did."""
    offline: bool = False
    """Refuse every connection from here to elsewhere, hub libraries included."""
    json: bool = False
    """Print where the page is, and what it shows, as JSON."""

    def __post_init__(self) -> None:
        if self.examples is not None:
            object.__setattr__(self, "examples", Path(self.examples))
        check_at_least("seed", self.seed, 0)
        check_at_least("port", self.port, 0)
        if self.port > 65_535:
            raise InputError(f"port={self.port}: 0 to 65535 is wanted")
        if self.max_tokens is not None:
            check_at_least("max_tokens", self.max_tokens, 4)
        check_one_of("device", self.device, ("auto", "cpu", "cuda"))
        if self.model is not None and not str(self.model).strip():
            raise InputError("model is empty; give a folder that `augment train` wrote")
        if self.text is not None and self.examples is None:
            raise InputError(
                f"text={self.text!r} names a column of the examples, and there are none; give "
                "examples=FILE.csv (--examples) with it"
            )
        if self.share and self.offline:
            raise InputError(
                "share=True asks for a public address, which offline=True forbids; give one of both"
            )


def checked_password(config: DemoConfig, token: str | None) -> str | None:
    """Give the password that the page asks for, None where it needs none.

    Parameters
    ----------
    config
        Where the page can be opened from.
    token
        Value of ``AUGMENT_TOKEN``, None or empty where it is not set.

    Raises
    ------
    InputError
        When others can open the page and there is no token, and for a token that is too short.
    """
    if config.share and not token:
        raise InputError(
            f"share=True lets anybody open the page who has its address, and {TOKEN_VARIABLE} is "
            f"not set; put a password of at least {SHORTEST_TOKEN} characters into that "
            "environment variable, or leave --share out"
        )
    return checked_token(config.host, token)
