"""Reads questions on paragraphs, as SQuAD, FQuAD and PIAF come: one row a question.

::

    {"data": [{"title": ..., "paragraphs": [{"context": ..., "qas": [
        {"question": ..., "answers": [{"text": ...}], "is_impossible": false}]}]}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from augment.datasets.column_names import label_rank
from augment.errors import TableError

SQUAD_COLUMNS: Final = ("text", "question", "label", "title", "answer", "id")


def is_squad(value: object) -> bool:
    """Whether a JSON value has articles of paragraphs."""
    articles = value.get("data") if isinstance(value, dict) else None
    return bool(
        isinstance(articles, list)
        and articles
        and all(isinstance(one, dict) and "paragraphs" in one for one in articles)
    )


def squad_rows(value: Mapping[str, Any], name: str) -> Iterator[tuple[object, ...]]:
    """Give a row for every question: paragraph, question, label, title, answer, id.

    The label is the value of a key that names one (``label``, ``category``, ``topic``, ...) of
    the question, its paragraph or its article; else, where some questions have no answer,
    ``answerable`` or ``unanswerable``; else the article's title.

    Parameters
    ----------
    value
        What `is_squad` recognised.
    name
        The file, for messages.

    Raises
    ------
    TableError
        For a paragraph without ``context`` or a question without ``question``, and for what is no
        list of those.

    Examples
    --------
    >>> paragraph = {"context": "Paris est en France.", "qas": [{"question": "Où est Paris ?"}]}
    >>> value = {"data": [{"title": "Paris", "category": "places", "paragraphs": [paragraph]}]}
    >>> list(squad_rows(value, "piaf.json"))
    [('Paris est en France.', 'Où est Paris ?', 'places', 'Paris', '', '')]
    """
    _check(value["data"], name)
    impossible = {
        bool(question.get("is_impossible", False))
        for article in value["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph.get("qas", ())
    }
    for at, article in enumerate(value["data"]):
        title = str(article.get("title") or "")
        for place, paragraph in enumerate(article["paragraphs"]):
            where = f"{name}: article {at}, paragraph {place}"
            if "context" not in paragraph:
                raise TableError(f"{where} has no 'context' ({', '.join(paragraph)})")
            for question in paragraph.get("qas", ()):
                if "question" not in question:
                    raise TableError(f"{where}: a question without 'question'")
                label = _named_label(question, paragraph, article)
                if label is None and len(impossible) == 2:
                    label = "unanswerable" if question.get("is_impossible") else "answerable"
                yield (
                    paragraph["context"],
                    question["question"],
                    title if label is None else label,
                    title,
                    _answer(question),
                    str(question.get("id", "")),
                )


def _named_label(*levels: Mapping[str, Any]) -> str | None:
    """Give the value of the clearest label among the keys of the nearest level that has one."""
    for level in levels:
        keys = [
            key
            for key, value in level.items()
            if isinstance(value, str) and value and label_rank(key) >= 2
        ]
        if keys:
            return str(level[max(keys, key=label_rank)])
    return None


def _answer(question: Mapping[str, Any]) -> str:
    answers = question.get("answers") or ()
    first = answers[0] if isinstance(answers, list) and answers else {}
    return str(first.get("text", "")) if isinstance(first, dict) else ""


def _check(articles: Sequence[Mapping[str, Any]], name: str) -> None:
    """Refuse paragraphs and questions that are no lists of objects."""
    for at, article in enumerate(articles):
        where = f"{name}: article {at}"
        for place, paragraph in enumerate(_objects(article["paragraphs"], where, "paragraphs")):
            _objects(paragraph.get("qas", []), f"{where}, paragraph {place}", "qas")


def _objects(given: Any, where: str, key: str) -> list[dict[str, Any]]:  # noqa: ANN401
    if isinstance(given, list) and all(isinstance(one, dict) for one in given):
        return given
    found = json.dumps(given)[:40]
    raise TableError(f"{where}: {key!r} is {found}; a list of objects is wanted")
