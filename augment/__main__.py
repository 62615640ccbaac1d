"""Lets ``python -m augment`` be the command line."""

import sys

from augment.cli import main

if __name__ == "__main__":
    sys.exit(main())
