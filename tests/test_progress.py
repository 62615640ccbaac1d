"""Lines of progress in a log."""

from io import StringIO

import pytest

from augment import progress
from augment.progress import LineProgress


def lines(monkeypatch, total, *reports):
    """Lines of a stage that has done so much after so many seconds."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    out, before = StringIO(), 0
    with LineProgress(out).stage("es", total, "text") as stage:
        for done, seconds in reports:
            now[0] = float(seconds)
            stage.advance(done - before)
            before = done
    return out.getvalue().splitlines()


@pytest.mark.parametrize("started", [2, 30, 900])
def test_the_time_left_does_not_count_what_the_start_took(monkeypatch, started):
    told = lines(
        monkeypatch, 100, (10, started), (20, started + 30), (30, started + 60), (100, 999)
    )
    assert told[:3] == [
        "es: 10/100 texts",
        "es: 20/100 texts, 0.3/s, 4:00 left",
        "es: 30/100 texts, 0.3/s, 3:30 left",
    ]
    assert told[-1] == "es: 100/100 texts, 0.1/s"


def test_nothing_is_said_of_the_time_left_while_nothing_more_was_done(monkeypatch):
    assert lines(monkeypatch, 100, (1, 30), (1, 60))[:2] == [
        "es: 1/100 texts",
        "es: 1/100 texts, 0.0/s",
    ]


def test_a_short_stage_is_told_once_and_whole(monkeypatch):
    assert lines(monkeypatch, 100, (100, 1)) == ["es: 100/100 texts, 100.0/s"]


def test_what_has_no_known_end_has_a_rate_alone(monkeypatch):
    assert lines(monkeypatch, None, (10, 30), (40, 60)) == [
        "es: 10 texts",
        "es: 40 texts, 1.0/s",
        "es: 40 texts, 0.7/s",
    ]
