"""Django's command line for this site; ``python manage.py demo`` does everything."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one of Django's commands, or `demo`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "review_site.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit('manage.py: Django is missing; pip install "augment-text[django]"')
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
