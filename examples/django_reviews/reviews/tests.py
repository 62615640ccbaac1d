"""The site through Django's client, with a small real model: ``python manage.py test``."""

from __future__ import annotations

import logging
import os
import stat
import tempfile
import threading
from io import StringIO
from pathlib import Path
from unittest import mock

import pandas as pd
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from review_site.secret import secret_key

import augment
from augment.train.testing import tiny_encoder
from reviews import rating
from reviews.management.commands import demo
from reviews.models import Review

WORDS = ("a", "film", "awful", "poor", "dull", "weak", "decent", "good", "superb", "perfect")
RATINGS = ("1", "2", "3", "4", "7", "8", "9", "10")
EVIL = "<script>alert(1)</script> \" onload='x' {{ settings.SECRET_KEY }} \u202e\U0001f3ac"


def small_model(folder: Path, labels: tuple[str, ...] = RATINGS) -> Path:
    """Train one for a few steps; it knows a word for each rating."""
    known = list(zip(WORDS[2:], labels, strict=False))
    rows = [(f"a {word} film {n}", label) for n in range(4) for word, label in known]
    encoder = tiny_encoder(folder / "encoder", WORDS)
    frame = pd.DataFrame(rows, columns=["text", "rating"])
    out = folder / "model"
    augment.train_model(frame, out=out, model=str(encoder), steps=60, lr=0.01, device="cpu")
    return out


class SiteTest(TestCase):
    """Every page, with the real model behind it."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.model = small_model(Path(folder))
        cls.enterClassContext(override_settings(REVIEWS_MODEL=str(cls.model)))

    def ask(self, text: str) -> Review:
        """Send a review and give what was kept of it."""
        response = self.client.post(reverse("ask"), {"text": text})
        review = Review.objects.latest("pk")
        self.assertRedirects(response, review.get_absolute_url())
        return review

    def test_a_good_and_a_bad_review(self) -> None:
        good, bad = self.ask("a perfect film"), self.ask("a awful film")
        self.assertEqual((good.stars, good.sentiment), (10, "positive"))
        self.assertEqual((bad.stars, bad.sentiment), (1, "negative"))
        for review in (good, bad):
            expected = augment.Predictor(self.model).predict([review.text])[0].scores
            self.assertEqual(set(review.shares), set(RATINGS))
            for stars, share in review.shares.items():
                self.assertAlmostEqual(share, expected[stars], places=5)
        page = self.client.get(good.get_absolute_url())
        self.assertContains(page, '<strong id="stars">10</strong>', html=True)
        self.assertContains(page, "<meter", count=len(RATINGS))

    def test_texts_come_out_escaped_everywhere(self) -> None:
        review = self.ask(EVIL)
        self.assertEqual(review.text, EVIL)
        self.client.force_login(User.objects.create_superuser("chief"))
        admin = "admin:reviews_review_"
        for address in (
            reverse("ask"),
            reverse("history"),
            review.get_absolute_url(),
            reverse(f"{admin}changelist"),
            reverse(f"{admin}change", args=[review.pk]),
        ):
            page = self.client.get(address)
            self.assertContains(page, "&lt;script&gt;")
            self.assertNotContains(page, "<script>alert")

    def test_empty_and_too_long_texts_are_refused_and_not_kept(self) -> None:
        for text, message in (("  \n ", "Write a review first"), ("x" * 5_001, "at most 5000")):
            page = self.client.post(reverse("ask"), {"text": text})
            self.assertContains(page, message, status_code=422)
        longest = "\U0001f3ac" * 5_000
        self.assertEqual(self.ask(longest).text, longest)
        page = self.client.post(reverse("ask"), {"text": "x" * 200_000})
        self.assertContains(page, "could not be read", status_code=400)
        self.assertEqual(Review.objects.count(), 1)

    def test_a_line_end_counts_once_as_in_the_browser(self) -> None:
        text = "ab\n" * 1_666 + "c"
        self.assertEqual(self.ask(text.replace("\n", "\r\n")).text, text)

    def test_a_null_byte_is_refused(self) -> None:
        page = self.client.post(reverse("ask"), {"text": "a\x00b"})
        self.assertContains(page, "Null characters", status_code=422)

    def test_other_sites_cannot_post(self) -> None:
        review = self.ask("a good film")
        strict = Client(enforce_csrf_checks=True)
        for address in (reverse("ask"), reverse("delete", args=[review.pk])):
            page = strict.post(address, {"text": "a good film"})
            self.assertContains(page, "came from another site", status_code=403)
        self.assertEqual(Review.objects.count(), 1)

    def test_other_host_names_are_refused(self) -> None:
        with self.settings(ALLOWED_HOSTS=["127.0.0.1"]):
            page = self.client.get("/", headers={"host": "evil.test"})
        self.assertContains(page, "REVIEWS_HOSTS=", status_code=400)
        self.assertNotContains(page, "evil.test", status_code=400)

    def test_a_review_can_be_deleted_and_only_by_post(self) -> None:
        review = self.ask("a dull film")
        address = reverse("delete", args=[review.pk])
        self.assertEqual(self.client.get(address).status_code, 405)
        self.assertRedirects(self.client.post(address), reverse("history"))
        self.assertEqual(self.client.get(review.get_absolute_url()).status_code, 404)

    def test_history_has_pages(self) -> None:
        about = {"stars": 7, "sentiment": "positive", "certainty": 0.9, "shares": {}, "model": "m"}
        Review.objects.bulk_create(Review(text=f"number {n}", **about) for n in range(45))
        first = self.client.get(reverse("history"))
        self.assertContains(first, "45 reviews")
        self.assertContains(first, "number 44")
        last = self.client.get(reverse("history"), {"page": "3"})
        self.assertContains(last, "number 0<")
        self.assertNotContains(last, "number 44")
        self.assertEqual(self.client.get(reverse("history"), {"page": "x"}).status_code, 200)

    def test_headers_keep_a_browser_safe(self) -> None:
        headers = self.client.get("/").headers
        self.assertIn("default-src 'self'", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        style = self.client.get("/static/reviews/page.css")
        self.assertIn(b"--ink", style.getvalue())
        style.close()

    def test_the_admin_wants_a_login_and_changes_no_prediction(self) -> None:
        review = self.ask("a weak film")
        address = reverse("admin:reviews_review_change", args=[review.pk])
        self.assertEqual(self.client.get(address).status_code, 302)
        self.client.force_login(User.objects.create_superuser("chief"))
        self.client.post(address, {"stars": "10", "text": "changed"})
        self.assertEqual(Review.objects.get(pk=review.pk).text, "a weak film")

    def test_many_visitors_read_the_model_once(self) -> None:
        with (
            mock.patch.dict(rating._opened, clear=True),
            mock.patch.object(rating, "Predictor", wraps=augment.Predictor) as opened,
        ):
            threads = [threading.Thread(target=rating.rate, args=("a film",)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(opened.call_count, 1)


class NoModelTest(TestCase):
    """What happens without a model, or with one for other things."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_a_missing_model_is_said_without_naming_folders(self) -> None:
        missing = str(self.folder / "gone")
        with override_settings(REVIEWS_MODEL=missing), self.assertLogs("reviews") as logs:
            page = self.client.post(reverse("ask"), {"text": "a film"})
        self.assertContains(page, "cannot be read", status_code=503)
        self.assertNotContains(page, missing, status_code=503)
        self.assertIn(missing, logs.output[0])
        self.assertEqual(Review.objects.count(), 0)

    def test_without_a_model_one_is_trained_by_the_example_beside(self) -> None:
        started = []

        def train(words: list[str]) -> mock.Mock:
            self.assertEqual(words[-3:], ["--out", str(self.folder / "ratings"), "--force"])
            self.assertTrue(Path(words[1]).is_file())
            small_model(self.folder / "ratings", labels=("1", "10"))
            return mock.Mock(returncode=0)

        def command(name: str, *words: str, **options: object) -> None:
            started.append((name, *words))

        with (
            override_settings(REVIEWS_MODEL=str(self.folder / "ratings" / "model")),
            mock.patch.object(demo.subprocess, "run", train),
            mock.patch.object(demo, "call_command", command),
        ):
            call_command("demo", "--port", "8002", stdout=StringIO())
        self.assertEqual(started, [("migrate",), ("runserver", "127.0.0.1:8002")])

    def test_a_port_that_is_none_is_refused_before_all_else(self) -> None:
        with (
            mock.patch.object(demo, "rating_model") as opened,
            self.assertRaisesRegex(CommandError, "--port 99999: a number from 1 to 65535"),
        ):
            call_command("demo", str(self.folder), "--port", "99999")
        opened.assert_not_called()

    def test_a_model_for_something_else_is_refused_before_the_start(self) -> None:
        model = small_model(self.folder, labels=("ham", "spam"))
        with (
            override_settings(REVIEWS_MODEL=""),
            self.assertRaisesRegex(CommandError, "its classes are ham, spam; ratings"),
        ):
            call_command("demo", str(model))


class PartsTest(TestCase):
    """Pieces without a page."""

    def test_sentiment_and_stars_never_contradict_each_other(self) -> None:
        found = rating.rating_of({"4": 0.4, "7": 0.3, "8": 0.3})
        self.assertEqual((found.stars, found.sentiment), (7, "positive"))
        self.assertAlmostEqual(found.certainty, 0.6)

    def test_the_secret_is_made_once_and_for_its_owner(self) -> None:
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "secret_key"
        first = secret_key(path)
        self.assertGreaterEqual(len(first), 50)
        self.assertEqual(secret_key(path), first)
        if os.name == "posix":
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_no_migration_is_missing(self) -> None:
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)


logging.getLogger("django.request").setLevel(logging.CRITICAL)
logging.getLogger("django.security").setLevel(logging.CRITICAL)
