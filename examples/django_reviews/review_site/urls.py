"""Addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from reviews import views

urlpatterns = [
    path("", views.ask, name="ask"),
    path("reviews/", views.history, name="history"),
    path("reviews/<int:number>/", views.result, name="result"),
    path("reviews/<int:number>/delete/", views.delete, name="delete"),
    path("admin/", admin.site.urls),
]
handler400 = "reviews.views.bad_request"
