"""Reviews in Django's admin."""

from __future__ import annotations

from django.contrib import admin

from reviews.models import Review


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    """Find reviews by text, rating and day; what the model said cannot be changed."""

    list_display = ("stars", "sentiment", "certainty", "beginning", "created")
    list_filter = ("sentiment", "stars", "created")
    search_fields = ("text",)
    date_hierarchy = "created"
    readonly_fields = ("text", "stars", "sentiment", "certainty", "shares", "model", "created")

    def has_add_permission(self, request: object) -> bool:
        """Reviews come from the site alone."""
        return False

    @admin.display(description="review")
    def beginning(self, review: Review) -> str:
        """First words of the text."""
        return review.text[:80]
