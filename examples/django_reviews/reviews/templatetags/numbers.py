"""Numbers as people read them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """Write 0.934 as 93 %."""
    return f"{100 * share:.0f} %"
