"""Options of ``augment serve``: where to listen, and what a request may cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import tyro

from augment.addresses import is_loopback
from augment.config import check_at_least, check_one_of, shown_as
from augment.errors import InputError

#: The environment variable that holds the token of requests; never a flag, which others can read.
TOKEN_VARIABLE: Final = "AUGMENT_TOKEN"  # noqa: S105 - the name of the variable, not its value
SHORTEST_TOKEN: Final = 16
FORMATS: Final = ("auto", "fp32", "bf16", "int8")


@dataclass(frozen=True)
class ServeConfig:
    """Answer HTTP requests with a trained model.

    MODEL is a folder that `augment train` or the transformers library wrote. POST /predict takes
    {"text": "..."} or {"texts": [...]} and gives label, score and all scores; /docs shows the
    requests of this model. Requests that come together are computed together. Only this machine
    can connect, unless --host names another address and the environment variable AUGMENT_TOKEN
    holds a token, which every request must then carry as "Authorization: Bearer TOKEN".
    """

    model: Annotated[str | None, tyro.conf.Positional, shown_as("MODEL")] = None
    """Model folder, or a hub name."""
    host: str = "127.0.0.1"
    """Address to listen on. Any but this machine's own loopback needs AUGMENT_TOKEN."""
    port: int = 4445
    """Port to listen on; 0 takes a free one."""
    precision: Literal["auto", "fp32", "bf16", "int8"] = "auto"
    """Number format. auto: bf16 or int8 where faster and sample texts keep fp32's labels."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute. auto: the GPU where there is one."""
    threads: Annotated[int | None, shown_as("N")] = None
    """Threads of one computation. Default: the processors this process may use."""
    max_tokens: Annotated[int | None, shown_as("N")] = None
    """Cut texts off there rather than where the training did."""
    batch_wait_ms: float = 3.0
    """How long a text waits for others to be computed with it while nothing is computed."""
    max_queue: int = 1024
    """Texts that may wait; requests beyond are answered 429 with Retry-After."""
    max_texts: int = 256
    """Texts of one request."""
    max_chars: int = 20_000
    """Characters of one text."""
    max_body_bytes: int = 1_048_576
    """Bytes of one request body."""
    timeout_s: float = 30.0
    """Longest time of one request; also how long a stop waits for those under way."""
    offline: bool = False
    """Open no connection to the model hub."""
    quiet: bool = False
    """Log no line per request, only starts, stops and failures."""
    json: bool = False
    """Print where the server listens, and what it serves, as JSON."""

    def __post_init__(self) -> None:
        for name, least in (("max_queue", 1), ("max_texts", 1), ("max_chars", 1)):
            check_at_least(name, getattr(self, name), least)
        check_at_least("max_body_bytes", self.max_body_bytes, 16)
        check_at_least("port", self.port, 0)
        if self.port > 65_535:
            raise InputError(f"port={self.port}: 0 to 65535 is wanted")
        for name in ("threads", "max_tokens"):
            if getattr(self, name) is not None:
                check_at_least(name, getattr(self, name), 1 if name == "threads" else 4)
        check_one_of("precision", self.precision, FORMATS)
        check_one_of("device", self.device, ("auto", "cpu", "cuda"))
        if not 0 <= self.batch_wait_ms <= 1000:
            raise InputError(f"batch_wait_ms={self.batch_wait_ms!r}: 0 to 1000 is wanted")
        if not (self.timeout_s > 0 and math.isfinite(self.timeout_s)):
            raise InputError(f"timeout_s={self.timeout_s!r}: a number of seconds above 0 is wanted")
        if self.model is not None and not str(self.model).strip():
            raise InputError("model is empty; give a folder that `augment train` wrote")
        if self.max_texts > self.max_queue:
            raise InputError(
                f"max_texts={self.max_texts} is more than max_queue={self.max_queue}: such a "
                "request could never be taken"
            )


def checked_token(host: str, token: str | None) -> str | None:
    """Give the token that requests must carry, None where they need none.

    Parameters
    ----------
    host
        Address to listen on.
    token
        Value of ``AUGMENT_TOKEN``, None or empty where it is not set.

    Raises
    ------
    InputError
        When the address is not loopback and there is no token, and for a token that is short or
        cannot stand in a header.
    """
    if not token:
        if is_loopback(host):
            return None
        raise InputError(
            f"host={host!r} lets other machines connect, and {TOKEN_VARIABLE} is not set; put a "
            f"secret of at least {SHORTEST_TOKEN} characters into that environment variable, or "
            "leave --host out"
        )
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise InputError(
            f"{TOKEN_VARIABLE} holds {len(token)} characters; at least {SHORTEST_TOKEN}, of plain "
            "ASCII, are wanted"
        )
    if token != token.strip():
        raise InputError(f"{TOKEN_VARIABLE} begins or ends with a blank; take it out")
    return token
