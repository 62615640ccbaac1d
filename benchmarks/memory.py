"""Memory of a run from 10,000 to 200,000 rows: the texts stream, so it must hardly grow.

    python benchmarks/memory.py [--rows 10000,50000,100000,200000] [--save]

The engine is one that takes no time and no memory (it changes the ends of words), so what is
measured is everything around it: reading, the survey, the store, the checks, the spool of results,
choosing and writing. Every size runs in a process of its own. What has to grow are a few numbers
for every row (its label, tries, choices, keys of seen texts), not the texts.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import describe

RESULT = Path(__file__).parent / "results" / "memory.json"
WORDS = "time year people way day man thing woman life child world school state family student"


def write_table(path: Path, rows: int) -> None:
    """Write different texts of some 200 letters, with two classes."""
    draw = random.Random(0)
    words = WORDS.split()
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write("text,label\n")
        for number in range(rows):
            text = " ".join(draw.choices(words, k=34))
            out.write(f"{text} number {number}.,{'ab'[number % 2]}\n")


def run(folder: Path) -> dict:
    """Augment the table in `folder`, and say what it took."""
    import augment
    import augment.planning
    from augment.testing import FakeEngine

    def change(source: str, target: str, text: str) -> str:
        return text.replace("e ", "en ") if target == "es" else text.replace("d ", "ds ")

    engine = FakeEngine({("en", "es"), ("es", "en")}, change)
    open_one = engine.open

    def open_forgetful(source: str, target: str):  # noqa: ANN202
        """Open a direction that does not keep what it was asked, which the double does."""
        translator = open_one(source, target)
        translator.window = 512
        translator.seen = Nothing()
        return translator

    engine.open = open_forgetful  # type: ignore[method-assign]
    augment.planning.LOCAL = ("fake",)
    augment.planning.load_engine = lambda name: engine
    start = time.perf_counter()
    done = augment.back_translate(
        folder / "in.csv", out=folder / "out.csv", pivot="es", source="en", balance="none",
        label="label", store=str(folder / "store.sqlite"), no_filter="all", force=True,
    )  # fmt: skip
    status = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM"))
    seconds = round(time.perf_counter() - start, 1)
    kept = done.manifest.totals["kept"]
    return {"memory_mb": round(int(peak) / 1024), "seconds": seconds, "kept": kept}


class Nothing(list):
    """A list that stays empty."""

    def extend(self, items: object) -> None:
        """Forget them."""


def plot(points: dict[int, dict], path: Path) -> None:
    """Draw memory over rows."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
    axes.plot(list(points), [one["memory_mb"] for one in points.values()], marker="o")
    axes.set(xlabel="rows", ylabel="peak memory, MB", title="Memory of a run", ylim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="10000,50000,100000,200000")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name} and its plot")
    parser.add_argument("--in-folder", type=Path, help="run on the table in a folder, once")
    options = parser.parse_args()
    if options.in_folder:
        print(json.dumps(run(options.in_folder)))
        return
    points: dict[int, dict] = {}
    for rows in map(int, options.rows.split(",")):
        with tempfile.TemporaryDirectory() as name:
            write_table(Path(name) / "in.csv", rows)
            command = [sys.executable, __file__, "--in-folder", name]
            done = subprocess.run(command, capture_output=True, text=True, cwd=name)
            if done.returncode:
                sys.exit(done.stderr)
            points[rows] = json.loads(done.stdout.splitlines()[-1])
    least, most = min(points), max(points)
    grown = points[most]["memory_mb"] - points[least]["memory_mb"]
    result = {
        "points": points,
        "bytes_a_row": round(grown * 2**20 / max(most - least, 1)),
        "machine": describe(),
    }
    if options.save:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=2) + "\n")
        plot(points, RESULT.with_suffix(".png"))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
