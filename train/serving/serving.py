"""``augment serve``: a trained model behind HTTP, from the first check to the last answer."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.config import build
from augment.errors import InputError
from augment.extras import require
from augment.processors import usable_processors
from augment.train.saved_model import load_saved
from augment.train.serving.config import TOKEN_VARIABLE, ServeConfig, checked_token
from augment.train.serving.listening import impatient, listening_socket, make_server, url_of
from augment.train.serving.log import LogLines, log_event
from augment.train.serving.model import FormatTrial, ServedModel

#: Seconds after which a thread must let another one run. The computing thread asks for the
#: interpreter after every operation of the model; at Python's 5 ms each a busy network side
#: would slow a batch many times over.
SWITCH_INTERVAL_S: Final = 0.0005
#: Connections at a time; beyond it the library below answers 503.
MAX_CONNECTIONS: Final = 4096
KEEP_ALIVE_S: Final = 15


@dataclass(frozen=True)
class Listening:
    """Where a server listens and what it serves.

    Parameters
    ----------
    url
        Its address.
    model
        Name of the model.
    labels
        Its classes.
    format
        Number format that it computes in.
    trials
        What the choice of the format rests on.
    seconds
        From the start of `serve` until it could answer.
    needs_token
        Whether requests must carry the token.
    stop
        Ends the server as a signal would; may be called from another thread.
    """

    url: str
    model: str
    labels: tuple[str, ...]
    format: str
    trials: tuple[FormatTrial, ...]
    seconds: float
    needs_token: bool
    stop: Callable[[], None]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        return {
            "url": self.url,
            "pid": os.getpid(),
            "model": self.model,
            "labels": list(self.labels),
            "format": self.format,
            "formats_tried": {
                trial.name: {
                    "ms": round(trial.seconds * 1000, 2),
                    "labels_kept": trial.labels_kept,
                    "most_shift": round(trial.most_shift, 6),
                }
                for trial in self.trials
            },
            "seconds": round(self.seconds, 2),
            "needs_token": self.needs_token,
        }


def serve(
    model: str | os.PathLike[str] | None = None,
    config: ServeConfig | None = None,
    *,
    when_listening: Callable[[Listening], None] = lambda listening: None,
    **overrides: Any,  # noqa: ANN401
) -> None:
    """Serve a model until SIGTERM or SIGINT; then finish what was taken, and return.

    Parameters
    ----------
    model
        A folder that `augment train` or the transformers library wrote, or a hub name. None:
        what `config` names.
    config
        Options; see `ServeConfig`.
    when_listening
        Called once, when the server can answer.
    **overrides
        Single options, over those of `config`.

    Raises
    ------
    InputError
        For a model that cannot be used, an address that cannot be listened on, and an address
        beyond this machine without a token.
    """
    started = time.perf_counter()
    config = build(config, ServeConfig, overrides)
    name = model if model is not None else config.model
    if name is None:
        raise InputError("a model is wanted: augment serve MODEL")
    token = checked_token(config.host, os.environ.get(TOKEN_VARIABLE))
    uvicorn = require("uvicorn", extra="serve", purpose="augment serve")
    require("fastapi", extra="serve", purpose="augment serve")
    with listening_socket(config.host, config.port) as taken:
        saved = load_saved(str(name), offline=config.offline)
        served = _served(saved, config)
        # Only now: these are for the requests, and the checks above should not wait for them.
        from augment.train.serving.app import make_app

        prometheus = require("prometheus_client", extra="serve", purpose="augment serve")
        prometheus.disable_created_metrics()  # a second series for each one, which nobody reads
        app = make_app(served, config, token=token)
        settings = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="on",
            http=impatient(KEEP_ALIVE_S),
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=int(config.timeout_s) + 1,
        )
        with LogLines(quiet=config.quiet), _quick_switches():
            server = make_server(uvicorn, settings)
            listening = Listening(
                url=url_of(taken, config.host),
                model=Path(served.name).name,
                labels=served.labels,
                format=served.format,
                trials=served.trials,
                seconds=time.perf_counter() - started,
                needs_token=token is not None,
                stop=server.stop,
            )
            server.when_up = lambda: when_listening(listening)
            log_event(
                "start", model=listening.model, format=served.format, port=taken.getsockname()[1]
            )
            server.run(sockets=[taken])
            log_event("stop")


def _served(saved: Any, config: ServeConfig) -> ServedModel:  # noqa: ANN401 - SavedModel
    torch = require("torch", extra="train", purpose="augment serve")
    # Also for the trial of the formats, which runs in this thread; OMP_NUM_THREADS has its say.
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    elif torch.get_num_threads() > usable_processors():
        torch.set_num_threads(usable_processors())
    return ServedModel(
        saved, device=config.device, precision=config.precision, max_tokens=config.max_tokens
    )


@contextmanager
def _quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
