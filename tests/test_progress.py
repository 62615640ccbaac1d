"""Lines of progress in a log."""

from io import StringIO

import pytest

from augment import progress
from augment.progress import LineProgress


@pytest.mark.parametrize(
    ("done", "seconds", "line"),
    [
        (1, 30, "es: 1/100 texts"),  # the engine was started
        (1, 90, "es: 1/100 texts, 0.0/s, 2:28:30 left"),
        (10, 30, "es: 10/100 texts, 0.3/s, 4:30 left"),
        (100, 50, "es: 100/100 texts, 2.0/s"),
    ],
)
def test_the_time_left_is_told_when_something_is_known_of_it(done, seconds, line, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    out = StringIO()
    with LineProgress(out).stage("es", 100, "text") as stage:
        now[0] = float(seconds)
        stage.advance(done)
    assert out.getvalue().splitlines()[-1] == line
