"""Self-contained pages of this package: one look, and one way to fill their templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from augment.datasets.visible import visible

STYLE: Final = Path(__file__).with_name("page.css")


def filled(
    template: Path,
    values: Mapping[str, Any],
    filters: Mapping[str, Callable[..., Any]],
    *,
    show_invisible: bool = True,
) -> str:
    """Fill a template, with the look of all pages as its ``style``.

    Parameters
    ----------
    template
        A jinja template beside the module that knows its values.
    values
        What it shows.
    filters
        Functions that it calls by name.
    show_invisible
        Whether characters that a page cannot show are made visible in every string.

    Returns
    -------
    str
        HTML. Every string is escaped that is no `markupsafe.Markup`.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown if show_invisible else None,
    )
    environment.filters.update(filters)
    style = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704 - our own file
    page = environment.from_string(template.read_text(encoding="utf-8"))
    return page.render(style=style, **values)


def _shown(value: object) -> object:
    return visible(value) if type(value) is str else value
