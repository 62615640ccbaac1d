"""What is kept: every review that was rated."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse


class Review(models.Model):
    """A text and what the model made of it."""

    text = models.TextField()
    stars = models.PositiveSmallIntegerField(
        "rating", validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    sentiment = models.CharField(
        max_length=8, choices=[("positive", "positive"), ("negative", "negative")]
    )
    certainty = models.FloatField(help_text="probability of this sentiment, 0 to 1")
    shares = models.JSONField(help_text="probability of every rating")
    model = models.CharField(max_length=500, help_text="folder of the model")
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        """Newest first."""

        ordering = ("-created", "-pk")

    def __str__(self) -> str:
        """Give the rating and the beginning of the text."""
        return f"{self.stars}/10: {self.text[:60]}"

    def get_absolute_url(self) -> str:
        """Page of this review."""
        return reverse("result", args=[self.pk])

    @property
    def bars(self) -> list[tuple[int, float]]:
        """Every rating and its probability, lowest rating first."""
        return sorted((int(stars), share) for stars, share in self.shares.items())
