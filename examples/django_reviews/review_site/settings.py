"""Settings, safe as they stand: loopback only, no debug pages, a secret of its own.

Environment variables: ``REVIEWS_DATA`` (folder of database and secret), ``REVIEWS_MODEL`` (model
folder), ``REVIEWS_HOSTS`` (more host names, with commas), ``REVIEWS_HTTPS=1`` (behind HTTPS),
``DJANGO_SECRET_KEY``, ``DJANGO_DEBUG=1``.
"""

from __future__ import annotations

import os
from pathlib import Path

from review_site.secret import secret_key

BASE_DIR = Path(__file__).resolve().parents[1]
DATA_DIR = Path(os.environ.get("REVIEWS_DATA", BASE_DIR / "data")).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY") or secret_key(DATA_DIR / "secret_key")
DEBUG = os.environ.get("DJANGO_DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS += [host for host in os.environ.get("REVIEWS_HOSTS", "").split(",") if host]

#: The model folder; `manage.py demo` sets it.
REVIEWS_MODEL = os.environ.get("REVIEWS_MODEL", str(DATA_DIR / "ratings" / "model"))
#: Longest review that is taken, in characters.
REVIEWS_MAX_CHARACTERS = 5_000

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "reviews",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reviews.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "review_site.urls"
WSGI_APPLICATION = "review_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "reviews.sqlite3",
        # Several threads write: wait for each other rather than fail.
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Static files come from the apps themselves, without a collecting step and without DEBUG.
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"

# A review of the greatest length, each character as four bytes written %XX, and the form around it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * REVIEWS_MAX_CHARACTERS + 4_096
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
if os.environ.get("REVIEWS_HTTPS") == "1":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 3_600
