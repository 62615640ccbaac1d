"""Methods of other packages: found by entry points, and named where they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Final

from augment.errors import AugmentError, InputError, one_line

if TYPE_CHECKING:
    from augment.augmenters import Method

GROUP: Final = "augment.augmenters"
#: What an augmenter has, by the protocol `augment.augmenters.Augmenter`.
_PARTS: Final = ("engine", "identity", "window", "costly", "augment", "notes", "close")


def points() -> dict[str, EntryPoint]:
    """Give the methods that other packages bring, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


def package(name: str) -> str:
    """Say which package a method is of; empty for one of this package."""
    point = points().get(name)
    if point is None:
        return ""
    return point.dist.name if point.dist else point.value.partition(":")[0]


def load_other(point: EntryPoint) -> Method:
    """Load the method of another package.

    Raises
    ------
    InputError
        When it cannot be loaded, or is no `Method`.
    """
    from augment.augmenters import Method

    with named(point.name, "cannot be loaded", InputError):
        found = point.load()
        if not isinstance(found, Method):
            raise TypeError(
                f"{point.value} is of type {type(found).__name__}; wanted: a Method of "
                "augment.augmenters"
            )
    return found


def made_ready(name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Make the augmenter of another package, and see that it has the parts of one.

    Raises
    ------
    InputError
        When it cannot be made, or lacks one of its parts.
    """
    with named(name, "cannot be made ready", InputError):
        augmenter = make()
        if lacking := [part for part in _PARTS if not hasattr(augmenter, part)]:
            raise TypeError(f"{type(augmenter).__name__} lacks {', '.join(lacking)}")
    return augmenter


def methods_of_others() -> dict[str, tuple[str, str]]:
    """Give the methods of other packages: name -> package, and why it cannot be loaded or ''."""
    found: dict[str, tuple[str, str]] = {}
    for name, point in points().items():
        why = ""
        try:
            load_other(point)
        except AugmentError as error:
            why = one_line(error.__cause__ or error)
        found[name] = (package(name), why)
    return found


@contextmanager
def named(name: str, what: str, kind: type[AugmentError] = AugmentError) -> Iterator[None]:
    """Name a method and its package where its code raises something; ours keep their own words."""
    try:
        yield
    except Exception as error:
        of = package(name)
        if isinstance(error, AugmentError) or not of:
            raise
        raise kind(
            f"method {name!r} of package {of} {what}: {one_line(error)}; leave it out of --method, "
            f"or mend or uninstall {of}"
        ) from error
