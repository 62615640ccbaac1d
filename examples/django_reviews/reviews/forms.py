"""The one form."""

from __future__ import annotations

from django import forms
from django.conf import settings


class TypedField(forms.CharField):
    """A text as it was typed: a browser counts a line end as one character and sends two."""

    def to_python(self, value: object) -> str:
        """Make one of the two, before they are counted."""
        return super().to_python(value).replace("\r\n", "\n")


class ReviewForm(forms.Form):
    """A review to be rated."""

    text = TypedField(
        label="Your review",
        max_length=settings.REVIEWS_MAX_CHARACTERS,
        error_messages={"required": "Write a review first."},
        widget=forms.Textarea(
            attrs={"rows": 7, "autofocus": True, "placeholder": "What did you think of the film?"}
        ),
    )
