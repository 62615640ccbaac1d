"""The one form."""

from __future__ import annotations

from django import forms
from django.conf import settings


class ReviewForm(forms.Form):
    """A review to be rated."""

    text = forms.CharField(
        label="Your review",
        max_length=settings.REVIEWS_MAX_CHARACTERS,
        error_messages={"required": "Write a review first."},
        widget=forms.Textarea(
            attrs={"rows": 7, "autofocus": True, "placeholder": "What did you think of the film?"}
        ),
    )
