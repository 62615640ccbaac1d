"""The page of ``augment demo``: text in; label, scores as bars and the words that mattered out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from augment.blank import is_blank
from augment.datasets.visible import visible_name
from augment.errors import AugmentError
from augment.train.demo.examples import Example
from augment.train.explanation_html import escaped, explanation_html
from augment.train.predictor import Predictor

#: As `augment serve` has it.
MAX_CHARS: Final = 20_000
#: Texts that the model is asked about for the words; on two cores a second or two.
EXPLAINED_TEXTS: Final = 64
#: Classes with a bar of their own; the others are improbable.
BARS: Final = 12
#: Letters of an example that are shown before it is chosen.
SHOWN: Final = 70
#: Names of any length stay inside the page; the library's own parts keep them in one line.
PAGE_STYLE: Final = """
:is(.about, #scores) { overflow-wrap: anywhere; }
.refused { color: var(--error-text-color); }
"""
Answer = tuple[dict[str, float] | None, str]


def make_page(gradio: Any, predictor: Predictor, examples: Sequence[Example]) -> Any:  # noqa: ANN401
    """Put the page together.

    Parameters
    ----------
    gradio
        The library.
    predictor
        What answers.
    examples
        Texts to try; none: the page has no examples.

    Returns
    -------
    gradio.Blocks
        Not served yet.
    """
    name = Path(predictor.name).name
    sides = predictor.text_columns or ("Text",)

    def answer(*texts: str) -> Iterator[Answer]:
        yield None, ""  # no old answer beside a new text
        if refusal := refused(texts, sides):
            yield None, no_answer(refusal)
            return
        row = texts[0] if len(texts) == 1 else texts
        try:
            [found] = predictor.predict([row])
            shares = {visible_name(label): share for label, share in found.scores.items()}
            yield shares, "Looking for the words that mattered ..."
            explained = predictor.explain(row, max_texts=EXPLAINED_TEXTS)
        except AugmentError as error:
            yield None, no_answer(str(error))
            return
        yield shares, explanation_html(explained, sides)

    with gradio.Blocks(title=f"{name} - augment demo", analytics_enabled=False) as page:
        gradio.HTML(f"<h1>{escaped(name)}</h1>{_about(predictor)}")
        with gradio.Row():
            with gradio.Column():
                boxes = [_box(gradio, side) for side in sides]
                button = gradio.Button("Classify", variant="primary", elem_id="classify")
            with gradio.Column():
                scores = gradio.Label(label="Scores", num_top_classes=BARS, elem_id="scores")
        words = gradio.HTML(label="The words that mattered", show_label=True, container=True,
                            padding=True, min_height=80, elem_id="words")  # fmt: skip
        asked: dict[str, Any] = {"inputs": boxes, "outputs": [scores, words]}
        gradio.on(
            [button.click, *(box.submit for box in boxes)],
            answer,
            **asked,
            api_visibility="private",
            show_progress="minimal",
        )
        if examples:
            gradio.Examples(
                [list(example.sides) for example in examples],
                **asked,
                fn=answer,
                run_on_click=True,
                cache_examples=False,
                example_labels=[_shown(example) for example in examples],
                label=_heading(examples),
                elem_id="examples",
                api_visibility="private",
            )
    return page


def refused(texts: Sequence[str], sides: Sequence[str]) -> str | None:
    """Say why texts get no answer; None where they do.

    >>> refused(("a fine film",), ("text",)), refused((" ",), ("text",))
    (None, 'write a text first')
    """
    for text, side in zip(texts, sides, strict=True):
        if is_blank(text or ""):
            return "write a text first" if len(sides) == 1 else f"write a text into {side!r} first"
        if len(text) > MAX_CHARS:
            return f"the text has {len(text):,} characters; at most {MAX_CHARS:,} are taken"
    return None


def no_answer(reason: str) -> str:
    """Show a reason where the words would stand: the library's own notice goes after a while.

    >>> no_answer("write a text first")
    '<div class="mattered refused" role="alert">No answer: write a text first</div>'
    """
    return f'<div class="mattered refused" role="alert">No answer: {escaped(reason)}</div>'


def _box(gradio: Any, side: str) -> Any:  # noqa: ANN401
    return gradio.Textbox(
        label=side,
        lines=5,
        max_lines=20,
        max_length=MAX_CHARS,
        placeholder="Write or paste a text; Shift+Enter classifies it",
        elem_classes="asked",
    )


def _about(predictor: Predictor) -> str:
    labels = [visible_name(label) for label in predictor.labels[:BARS]]
    more = len(predictor.labels) - len(labels)
    named = escaped(", ".join(labels)) + (f" and {more} more" if more else "")
    said = f"Classes: {named}. What you type is computed where this page was started."
    return f'<p class="about">{said}</p>'


def _heading(examples: Sequence[Example]) -> str:
    seen = sum(example.seen for example in examples)
    if not seen:
        return "Examples, with their class in the data"
    which = "all" if seen == len(examples) else f"those {seen} with a *"
    return (
        f"Examples, with their class in the data; the model was trained on {which}, so its "
        "answers there say little"
    )


def _shown(example: Example) -> str:
    text = " ".join(" / ".join(example.sides).split())
    text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    label = f"{visible_name(example.label)}{' *' if example.seen else ''}"
    return f"{label}: {text}" if label else text
