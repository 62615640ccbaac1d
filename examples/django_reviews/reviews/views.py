"""Pages: ask, result, history."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviews.forms import ReviewForm
from reviews.models import Review
from reviews.rating import AugmentError, rate

logger = logging.getLogger(__name__)
PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Take a review, rate it, keep it, and show its page."""
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            found = rate(text)
        except AugmentError as error:
            # The reason names folders of the server: it goes to the log, not to the visitor.
            logger.error("no rating: %s", error)
            return render(request, "reviews/no_model.html", status=503)
        review = Review.objects.create(
            text=text,
            stars=found.stars,
            sentiment=found.sentiment,
            certainty=found.certainty,
            shares={str(stars): share for stars, share in found.shares.items()},
            model=str(settings.REVIEWS_MODEL),
        )
        return redirect(review)
    status = 422 if form.errors else 200
    latest = Review.objects.all()[:3]
    return render(request, "reviews/ask.html", {"form": form, "latest": latest}, status=status)


@require_safe
def result(request: HttpRequest, number: int) -> HttpResponse:
    """Show one review with its rating."""
    return render(request, "reviews/result.html", {"review": get_object_or_404(Review, pk=number)})


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """List all reviews, newest first."""
    page = Paginator(Review.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/history.html", {"page": page})


@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Forget one review."""
    get_object_or_404(Review, pk=number).delete()
    return redirect("history")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what a request that was refused unread can have been."""
    other_host = isinstance(exception, DisallowedHost)
    return render(request, "400.html", {"other_host": other_host}, status=400)
