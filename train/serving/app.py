"""The web application: its paths, and what each of them answers."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment._version import __version__
from augment.addresses import is_loopback
from augment.datasets.visible import visible_name
from augment.extras import require
from augment.train.serving.batches import Batcher, BatchStats, FailedRowError, QueueFullError
from augment.train.serving.config import ServeConfig
from augment.train.serving.gate import App, Gate, error_answer
from augment.train.serving.metrics import ServerMetrics
from augment.train.serving.model import Answer, ServedModel
from augment.train.serving.request import (
    PredictRequest,
    Receive,
    RequestError,
    RequestLimits,
    Sides,
    parse_predict,
    read_body,
    until_gone,
)
from augment.train.serving.schema import answer_schema, error_responses, examples, request_body

PAGE: Final = Path(__file__).with_name("page.html")
PATHS: Final = ("/", "/predict", "/health", "/labels", "/metrics", "/docs", "/openapi.json")


@dataclass(frozen=True)
class Service:
    """Everything that the paths answer from.

    Parameters
    ----------
    model
        What computes.
    batcher
        What requests are handed to.
    metrics
        What is counted.
    limits
        What one request may hold.
    timeout_s
        Longest time of one request.
    """

    model: ServedModel
    batcher: Batcher
    metrics: ServerMetrics
    limits: RequestLimits
    timeout_s: float

    async def predict(self, request: Any) -> Any:  # noqa: ANN401 - starlette's
        """Answer ``POST /predict``."""
        facts = request.scope["state"]["facts"]
        try:
            async with asyncio.timeout(self.timeout_s) as clock:
                body = await read_body(request.headers, request.receive, self.limits.max_body_bytes)
                facts["bytes"] = len(body)
                asked = parse_predict(body, self.limits)
                facts["texts"] = len(asked.rows)
                answers = await self._answers(asked.rows, request.receive)
        except TimeoutError:
            if not clock.expired():
                raise
            raise self._late(facts) from None
        except QueueFullError as full:
            raise RequestError(
                429,
                f"too much is waiting; try again in {full.retry_after_s} s",
                None,
                {"retry-after": str(full.retry_after_s)},
            ) from None
        except FailedRowError as failed:
            raise RequestError(500, str(failed)) from None
        return self._json(asked, answers)

    async def _answers(self, rows: list[Sides], receive: Receive) -> list[Answer]:
        """Wait for the answers as long as there is somebody who waits for them."""
        gone = asyncio.create_task(until_gone(receive))
        work = asyncio.create_task(self.batcher.submit(rows))
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            # Nobody hears this one; log and metrics count it, under nginx's number for it.
            raise RequestError(499, "the client hung up before the answer")
        finally:
            work.cancel()
            gone.cancel()

    def _late(self, facts: dict[str, Any]) -> RequestError:
        if "bytes" not in facts:
            return RequestError(
                408,
                f"the body did not arrive within {self.timeout_s:g} s",
                "body",
                {"connection": "close"},
            )
        return RequestError(
            503,
            f"there was no answer within {self.timeout_s:g} s; try again with fewer texts",
            None,
            {"retry-after": "1"},
        )

    def _json(self, asked: PredictRequest, answers: list[Answer]) -> Any:  # noqa: ANN401
        found = [self._one(answer) for answer in answers]
        responses = require("starlette.responses", extra="serve", purpose="augment serve")
        text = json.dumps(found if asked.many else found[0], ensure_ascii=False)
        return responses.Response(text.encode(), media_type="application/json")

    def _one(self, answer: Answer) -> dict[str, Any]:
        labels = self.model.labels
        shares = [round(share, 6) for share in answer.probabilities.tolist()]
        best = int(answer.probabilities.argmax())
        self.metrics.prediction(labels[best])
        found: dict[str, Any] = {
            "label": labels[best],
            "score": shares[best],
            "scores": dict(zip(labels, shares, strict=True)),
        }
        if answer.cut:
            self.metrics.cut.inc()
            found["cut"] = True
        return found

    def health(self) -> dict[str, str]:
        """Answer ``GET /health``."""
        if not self.batcher.alive:
            raise RequestError(503, "the computing thread does not run")
        return {"status": "ok"}

    def about(self) -> dict[str, Any]:
        """Answer ``GET /labels``."""
        return {
            "labels": list(self.model.labels),
            "model": Path(self.model.name).name,
            "text_columns": list(self.model.text_columns),
            "max_tokens": self.model.max_tokens,
            "truncation": self.model.truncation,
            "format": self.model.format,
        }


def make_service(model: ServedModel, config: ServeConfig) -> Service:
    """Put a model behind a queue."""
    torch = require("torch", extra="train", purpose="augment serve")
    stats, threads = BatchStats(), torch.get_num_threads()

    batcher = Batcher(
        model,
        max_queue=config.max_queue,
        wait_s=config.batch_wait_ms / 1000,
        prepare=lambda: torch.set_num_threads(threads),
        stats=stats,
    )
    metrics = ServerMetrics(model.labels, lambda: batcher.waiting)
    stats.observe = metrics.batch
    limits = RequestLimits(model.sides, config.max_texts, config.max_chars, config.max_body_bytes)
    return Service(model, batcher, metrics, limits, config.timeout_s)


def make_app(model: ServedModel, config: ServeConfig, *, token: str | None = None) -> App:
    """Make the ASGI application of a model.

    Parameters
    ----------
    model
        What computes.
    config
        Limits and times; where to listen decides which Host headers are let in.
    token
        What requests must carry (`augment.train.serving.config.checked_token`).
    """
    fastapi = require("fastapi", extra="serve", purpose="augment serve")
    responses = require("fastapi.responses", extra="serve", purpose="augment serve")
    service = make_service(model, config)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:  # noqa: ANN401
        service.batcher.start()
        yield
        await service.batcher.close()

    app = fastapi.FastAPI(
        title=f"{Path(model.name).name}: text classification",
        version=__version__,
        description=_description(model),
        lifespan=lifespan,
        # Its pages load scripts from other hosts; ours is in page.html.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=error_responses(401, 403),
    )
    _add_errors(app)
    request_class = fastapi.Request

    async def predict(request: Any) -> Any:  # noqa: ANN401
        return await service.predict(request)

    predict.__annotations__ = {"request": request_class}
    app.post(
        "/predict",
        summary="Label a text, a pair of texts, or a list of them",
        responses={
            200: answer_schema(model.labels),
            **error_responses(400, 408, 413, 415, 422, 429, 500, 503),
        },
        openapi_extra={"requestBody": request_body(service.limits)},
        response_class=responses.JSONResponse,
    )(predict)

    async def health() -> dict[str, str]:
        return service.health()

    app.get("/health", summary="Whether the server can answer", responses=error_responses(503))(
        health
    )
    app.head("/health", include_in_schema=False)(health)  # load balancers ask so

    async def labels() -> dict[str, Any]:
        return service.about()

    app.get("/labels", summary="The model's classes, and what it takes")(labels)

    async def metrics() -> Any:  # noqa: ANN401
        return responses.PlainTextResponse(
            service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8"
        )

    app.get(
        "/metrics", summary="Counts, for Prometheus", response_class=responses.PlainTextResponse
    )(metrics)

    async def page() -> Any:  # noqa: ANN401
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return responses.HTMLResponse(
            _page(service, app.openapi(), nonce), headers={"content-security-policy": policy}
        )

    for path in ("/", "/docs"):
        app.get(path, include_in_schema=False)(page)
    if token is not None:
        _declare_token(app)
    return Gate(
        app,
        metrics=service.metrics,
        paths=PATHS,
        token=token,
        loopback=is_loopback(config.host),
    )


def _description(model: ServedModel) -> str:
    kind = "pairs of texts" if model.sides == 2 else "texts"
    names = ", ".join(map(visible_name, model.labels))
    return f"Puts {kind} into one of {len(model.labels)} classes: {names}."


def _declare_token(app: Any) -> None:  # noqa: ANN401 - fastapi's
    described = app.openapi()
    described.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"}
    }
    described["security"] = [{"token": []}]
    described["paths"]["/health"]["get"]["security"] = []


def _add_errors(app: Any) -> None:  # noqa: ANN401 - fastapi's
    """Give every error the one shape."""
    exceptions = require("starlette.exceptions", extra="serve", purpose="augment serve")

    async def refused(request: Any, error: RequestError) -> Any:  # noqa: ANN401
        return error_answer(error)

    async def by_framework(request: Any, error: Any) -> Any:  # noqa: ANN401
        sentences = {
            404: f"there is no such path; there are {', '.join(PATHS)}",
            405: "the path does not take this method; the header Allow names those it takes",
        }
        said = sentences.get(error.status_code, "the request cannot be answered")
        return error_answer(RequestError(error.status_code, said, None, error.headers))

    app.add_exception_handler(RequestError, refused)
    app.add_exception_handler(exceptions.HTTPException, by_framework)


def _page(service: Service, described: dict[str, Any], nonce: str) -> str:
    """Fill the page that shows how to ask this server."""
    jinja2 = require("jinja2", extra="serve", purpose="augment serve")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    paths = [
        {"path": path, "method": method.upper(), "summary": operation["summary"]}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    bodies = {
        name: json.dumps(value, ensure_ascii=False)
        for name, value in examples(service.limits).items()
    }
    return str(
        environment.from_string(PAGE.read_text(encoding="utf-8")).render(
            title=described["info"]["title"],
            description=described["info"]["description"],
            version=__version__,
            paths=paths,
            bodies=bodies,
            names={label: visible_name(label) for label in service.model.labels},
            limits=service.limits,
            model=service.model,
            token="security" in described,
            nonce=nonce,
        )
    )
