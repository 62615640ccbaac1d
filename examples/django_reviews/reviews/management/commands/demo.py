"""``python manage.py demo [MODEL]``: database, model, server, in one command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.rating import AugmentError, rating_model

EXAMPLE = Path(settings.BASE_DIR).parent / "electra_ratings" / "run.py"


class Command(BaseCommand):
    """Start the site on 127.0.0.1."""

    help = (
        "Set up the database, take a model (or train one on the reviews of "
        "examples/electra_ratings), and start the site on 127.0.0.1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a model folder and a port."""
        parser.add_argument("model", nargs="?", help="folder of a model that gives ratings")
        parser.add_argument("--port", type=int, default=8000, help="default: 8000")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Do all of it."""
        if not 1 <= options["port"] <= 65_535:
            raise CommandError(f"--port {options['port']}: a number from 1 to 65535 is wanted")
        call_command("migrate", verbosity=0)
        if options["model"]:
            settings.REVIEWS_MODEL = str(Path(options["model"]).resolve())
        elif not Path(settings.REVIEWS_MODEL).is_dir():
            self.train()
        try:
            model = rating_model()
        except AugmentError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"model: {model.name} (ratings {', '.join(model.labels)})")
        self.stdout.write("admin: python manage.py createsuperuser, then /admin/")
        # Without the reloader, which would start everything twice.
        call_command("runserver", f"127.0.0.1:{options['port']}", use_reloader=False)

    def train(self) -> None:
        """Make a model from the reviews of the example beside this one."""
        model = Path(settings.REVIEWS_MODEL)
        if model.name != "model" or not EXAMPLE.is_file():
            raise CommandError(f"no model in {model}; give one: python manage.py demo MODEL")
        self.stdout.write("no model yet: training one on the reviews of examples/electra_ratings")
        done = subprocess.run(  # noqa: S603 - an example of this project
            [sys.executable, str(EXAMPLE), "--out", str(model.parent), "--force"]
        )
        if done.returncode:
            raise CommandError("the training failed; the lines above say why")
