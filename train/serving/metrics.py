"""What the server counts, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from augment.extras import require

#: Upper ends of the time classes, in seconds.
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
ROWS: Final = (1, 2, 4, 8, 16, 32, 64)


class ServerMetrics:
    """Counts of one server, in a registry of its own.

    Parameters
    ----------
    labels
        Class names of the model.
    waiting
        Gives the rows in the queue.
    """

    def __init__(self, labels: Sequence[str], waiting: Callable[[], int]) -> None:
        prometheus = require("prometheus_client", extra="serve", purpose="augment serve")
        self._prometheus = prometheus
        self.registry: Any = prometheus.CollectorRegistry()
        options = {"registry": self.registry}
        prometheus.ProcessCollector(registry=self.registry)
        self._requests = prometheus.Counter(
            "augment_requests", "Requests answered.", ["path", "status"], **options
        )
        self._seconds = prometheus.Histogram(
            "augment_request_seconds", "Time of a request.", ["path"], buckets=SECONDS, **options
        )
        self._predictions = prometheus.Counter(
            "augment_predictions", "Texts given a label.", ["label"], **options
        )
        for label in labels:
            self._predictions.labels(label)
        self.cut = prometheus.Counter(
            "augment_texts_cut", "Texts longer than the model takes.", **options
        )
        self._batch_rows = prometheus.Histogram(
            "augment_batch_texts", "Texts computed together.", buckets=ROWS, **options
        )
        self._batch_seconds = prometheus.Histogram(
            "augment_batch_seconds", "Time of a batch.", buckets=SECONDS, **options
        )
        prometheus.Gauge("augment_queue_texts", "Texts waiting.", **options).set_function(waiting)

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count one answered request; `path` is one of the server's own, never what was sent."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def prediction(self, label: str) -> None:
        """Count one labelled text."""
        self._predictions.labels(label).inc()

    def batch(self, rows: int, seconds: float) -> None:
        """Count one batch."""
        self._batch_rows.observe(rows)
        self._batch_seconds.observe(seconds)

    def text(self) -> bytes:
        """Give everything in Prometheus' text format."""
        found: bytes = self._prometheus.generate_latest(self.registry)
        return found
