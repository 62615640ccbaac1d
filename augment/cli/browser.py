"""Opens a page in the browser of whoever typed the command."""

from __future__ import annotations

import os
import sys
import webbrowser


def open_in_browser(url: str) -> None:
    """Open a page, where there is a screen; without one, some systems would use the terminal."""
    if sys.platform != "linux" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        webbrowser.open(url)
