"""``augment demo``: a trained model on a page, from the first check to the last answer."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.addresses import is_loopback
from augment.config import build
from augment.errors import AugmentError, InputError
from augment.extras import require
from augment.offline import no_network
from augment.processors import usable_processors
from augment.train.demo.config import SHARING, DemoConfig, checked_password
from augment.train.demo.examples import Example, draw_examples
from augment.train.demo.gate import DemoGate
from augment.train.demo.page import PAGE_STYLE, make_page
from augment.train.explanation_html import STYLE
from augment.train.predictor import Predictor
from augment.train.serving.config import TOKEN_VARIABLE
from augment.train.serving.listening import listening_socket, make_server, url_of

#: Read by the library when it is imported: nobody is told who uses it, or how.
_SILENCE: Final = {"GRADIO_ANALYTICS_ENABLED": "False"}
#: Requests that may wait for an answer.
MAX_QUEUE: Final = 64


@dataclass(frozen=True)
class Showing:
    """Where a page is, and what it shows.

    Parameters
    ----------
    url
        Its address.
    public_url
        Its address for everybody, with ``--share``; else None.
    model
        Name of the model.
    labels
        Its classes.
    examples
        Examples on the page.
    seconds
        From the start of `demo` until the page could be opened.
    needs_password
        Whether the page asks for the password.
    stop
        Takes the page away as a signal would; may be called from another thread.
    """

    url: str
    public_url: str | None
    model: str
    labels: tuple[str, ...]
    examples: int
    seconds: float
    needs_password: bool
    stop: Callable[[], None]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        return {
            "url": self.url,
            "public_url": self.public_url,
            "pid": os.getpid(),
            "model": self.model,
            "labels": list(self.labels),
            "examples": self.examples,
            "seconds": round(self.seconds, 2),
            "needs_password": self.needs_password,
        }


def demo(
    model: str | os.PathLike[str] | None = None,
    config: DemoConfig | None = None,
    *,
    when_showing: Callable[[Showing], None] = lambda showing: None,
    before_sharing: Callable[[str], None] = lambda said: None,
    **overrides: Any,  # noqa: ANN401
) -> None:
    """Show a model on a page until SIGTERM or SIGINT.

    Parameters
    ----------
    model
        A folder that `augment train` or the transformers library wrote, or a hub name. None:
        what `config` names.
    config
        Options; see `DemoConfig`.
    when_showing
        Called once, when the page can be opened.
    before_sharing
        With `DemoConfig.share`, called with what that does, before it is done.
    **overrides
        Single options, over those of `config`.

    Raises
    ------
    InputError
        For a model or a table that cannot be used, an address that cannot be listened on, and an
        address beyond this machine without a password.
    MissingExtraError
        When Gradio is not installed.
    AugmentError
        When no public address could be had.
    """
    started = time.perf_counter()
    config = build(config, DemoConfig, overrides)
    name = model if model is not None else config.model
    if name is None:
        raise InputError("a model is wanted: augment demo MODEL")
    password = checked_password(config, os.environ.get(TOKEN_VARIABLE))
    with contextlib.ExitStack() as stack:
        taken = stack.enter_context(listening_socket(config.host, config.port))
        stack.enter_context(no_network(config.offline))
        stack.enter_context(_environment(_SILENCE))
        gradio = require("gradio", extra="demo", purpose="augment demo")
        predictor = _predictor(str(name), config)
        examples = (
            draw_examples(config.examples, predictor, text=config.text, seed=config.seed)
            if config.examples is not None
            else []
        )
        # In a running event loop: outside of one the library makes some that nobody closes.
        app = asyncio.run(_application(gradio, predictor, examples, config, password))
        public = None
        if config.share:
            before_sharing(SHARING)
            public = stack.enter_context(_public_address(taken.getsockname()[1]))
        server = _server(app)
        showing = Showing(
            url=url_of(taken, config.host),
            public_url=public,
            model=Path(predictor.name).name,
            labels=predictor.labels,
            examples=len(examples),
            seconds=time.perf_counter() - started,
            needs_password=password is not None,
            stop=server.stop,
        )
        server.when_up = lambda: when_showing(showing)
        server.run(sockets=[taken])


def _predictor(name: str, config: DemoConfig) -> Predictor:
    torch = require("torch", extra="train", purpose="augment demo")
    if torch.get_num_threads() > usable_processors():
        torch.set_num_threads(usable_processors())
    return Predictor(
        name, device=config.device, max_tokens=config.max_tokens, offline=config.offline
    )


async def _application(
    gradio: Any,  # noqa: ANN401
    predictor: Predictor,
    examples: Sequence[Example],
    config: DemoConfig,
    password: str | None,
) -> DemoGate:
    fastapi = require("fastapi", extra="demo", purpose="augment demo")
    page = make_page(gradio, predictor, examples).queue(max_size=MAX_QUEUE)

    def known(_: str, given: str) -> bool:
        return hmac.compare_digest(given.encode(), str(password).encode())

    app = gradio.mount_gradio_app(
        fastapi.FastAPI(openapi_url=None),
        page,
        path="/",
        auth=known if password is not None else None,
        auth_message=f"Any user name; the password is what {TOKEN_VARIABLE} held at the start.",
        css=STYLE + PAGE_STYLE,
        footer_links=[],
        # The browser would keep what was typed, and offer to send it to a hub.
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        show_error=False,
        ssr_mode=False,
    )
    return DemoGate(app, loopback=is_loopback(config.host) and not config.share)


def _server(app: DemoGate) -> Any:  # noqa: ANN401
    uvicorn = require("uvicorn", extra="demo", purpose="augment demo")
    settings = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        # An open page holds a connection for good.
        timeout_graceful_shutdown=1,
    )
    return make_server(uvicorn, settings)


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for the time of a block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _public_address(port: int) -> Iterator[str]:
    """Have a public address lead to a port of this machine, for the time of a block."""
    networking = require("gradio.networking", extra="demo", purpose="augment demo")
    tunneling = require("gradio.tunneling", extra="demo", purpose="augment demo")
    before = list(tunneling.CURRENT_TUNNELS)
    try:
        try:
            address: str = networking.setup_tunnel(
                local_host="127.0.0.1",
                local_port=port,
                share_token=secrets.token_urlsafe(32),
                share_server_address=None,
                share_server_tls_certificate=None,
            )
        except Exception as error:
            raise AugmentError(
                f"--share: no public address could be had ({error}: {error.__cause__}); leave "
                "--share out, or give --host an address of this machine that others reach"
            ) from error
        yield address
    finally:
        # It tells of its end on stdout, which is for results.
        with contextlib.redirect_stdout(sys.stderr):
            for tunnel in tunneling.CURRENT_TUNNELS:
                if tunnel not in before:
                    tunnel.kill()
