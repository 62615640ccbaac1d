"""What the server's OpenAPI description says of requests and answers, with this model's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from augment.train.serving.request import RequestLimits

ERRORS = {
    400: "The body is no valid JSON, or it is cut off.",
    401: "The token is missing or another.",
    403: "The Host header does not name this machine.",
    408: "The body did not arrive in time.",
    413: "The body is too long.",
    415: "The body is not declared as JSON in UTF-8.",
    422: "The body is JSON, but no such request.",
    429: "Too much is waiting; the header Retry-After says for how many seconds.",
    500: "The model failed on a text.",
    503: "The request took too long, or the server is stopping.",
}


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe error answers: one sentence and the field."""
    schema = {
        "type": "object",
        "required": ["error", "field"],
        "additionalProperties": False,
        "properties": {
            "error": {"type": "string", "description": "One sentence: what is wrong."},
            "field": {
                "type": ["string", "null"],
                "description": "Where: a field of the body, or a header.",
            },
        },
    }
    example = {"error": "texts[1] is a number; a text is wanted", "field": "texts[1]"}
    return {
        status: {
            "description": ERRORS[status],
            "content": {
                "application/json": {
                    "schema": schema,
                    **({"example": example} if status == 422 else {}),
                }
            },
        }
        for status in statuses
    }


def request_body(limits: RequestLimits) -> dict[str, Any]:
    """Describe the body of ``POST /predict``: what this model takes, and no more."""
    text = {"type": "string", "minLength": 1, "maxLength": limits.max_chars, "pattern": r"\S"}
    pair = {"type": "array", "items": text, "minItems": 2, "maxItems": 2}
    kinds = []
    if limits.sides != 2:
        kinds += [_single({"text": text}), _many(text, limits)]
    if limits.sides != 1:
        kinds += [_single({"text": text, "text_pair": text}), _many(pair, limits)]
    return {
        "required": True,
        "content": {
            "application/json": {"schema": {"oneOf": kinds}, "examples": _examples(limits)}
        },
    }


def _single(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _many(item: dict[str, Any], limits: RequestLimits) -> dict[str, Any]:
    many = {"type": "array", "items": item, "minItems": 1, "maxItems": limits.max_texts}
    return _single({"texts": many})


def _examples(limits: RequestLimits) -> dict[str, Any]:
    return {name: {"summary": name, "value": value} for name, value in examples(limits).items()}


def examples(limits: RequestLimits) -> dict[str, dict[str, Any]]:
    """Bodies that the server answers."""
    if limits.sides == 2:
        return {
            "one pair": {"text": "It opens at nine.", "text_pair": "When does it open?"},
            "several pairs": {"texts": [["It opens at nine.", "When does it open?"]] * 2},
        }
    return {
        "one text": {"text": "A fine film."},
        "several texts": {"texts": ["A fine film.", "The plot makes no sense."]},
    }


def answer_schema(labels: Sequence[str]) -> dict[str, Any]:
    """Describe the answer of ``POST /predict``."""
    share = {"type": "number", "minimum": 0, "maximum": 1}
    one = {
        "type": "object",
        "required": ["label", "score", "scores"],
        "additionalProperties": False,
        "properties": {
            "label": {"type": "string", "enum": list(labels)},
            "score": {**share, "description": "Probability of the label."},
            "scores": {
                "type": "object",
                "required": list(labels),
                "additionalProperties": False,
                "properties": dict.fromkeys(labels, share),
            },
            "cut": {
                "const": True,
                "description": "There when the text was longer than the model takes: a part was "
                "not read.",
            },
        },
    }
    return {
        "description": "One answer for a text, a list of them for texts.",
        "content": {
            "application/json": {"schema": {"oneOf": [one, {"type": "array", "items": one}]}}
        },
    }
