"""Outputs of two runs at once: none is mixed, and none is overwritten unasked."""

import multiprocessing
import subprocess
import sys

import pytest

from augment.datasets.backtranslate import back_translate
from augment.datasets.formats.table_writer import TableWriter
from augment.errors import OutputError
from augment.outputs import part_of, replacing, replacing_folder, reserved
from augment.testing import FakeEngine

LOCKS = sys.platform != "win32"
needs_locks = pytest.mark.skipif(not LOCKS, reason="the system has no such locks")


@needs_locks
def test_two_writers_of_one_table_never_mix_their_rows(tmp_path):
    path = tmp_path / "t.csv"
    with TableWriter(path, ("text", "who")) as first:
        first.write(("row", "A"))
        with pytest.raises(OutputError, match=r"another run is writing .*t\.csv"):
            TableWriter(path, ("text", "who")).__enter__()
        first.write(("row", "A"))
    assert path.read_text() == "text,who\nrow,A\nrow,A\n"
    with TableWriter(path, ("text", "who")) as second:  # and now it is free
        second.write(("row", "B"))
    assert path.read_text() == "text,who\nrow,B\n"


def test_what_is_reserved_is_written_by_its_holder_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "t.csv"
    with reserved(path):
        assert part_of(path).exists()
        with replacing(path) as part:
            part.write_text("whole")
    assert path.read_text() == "whole"
    with pytest.raises(ValueError, match="no"), reserved(path):
        raise ValueError("no")
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]


def test_the_part_of_a_killed_run_is_taken_over(tmp_path):
    file, folder = tmp_path / "t.csv", tmp_path / "m"
    part_of(file).write_text("half a ro")
    part_of(folder).mkdir()
    (part_of(folder) / "old").write_text("half")
    with replacing(file) as part:
        part.write_text("whole")
    with replacing_folder(folder) as part:
        assert not list(part.iterdir())
        (part / "new").write_text("whole")
    assert file.read_text() == "whole"
    assert [one.name for one in folder.iterdir()] == ["new"]


def _fill(folder, together, said):
    together.wait()
    try:
        with replacing_folder(folder) as part:
            (part / "whole").write_text("whole")
            said.put("wrote")
            together.wait()
    except OutputError as error:
        said.put(str(error))
        together.wait()


@needs_locks
def test_of_two_processes_one_fills_a_folder(tmp_path):
    context = multiprocessing.get_context("fork")
    together, said = context.Barrier(2), context.Queue()
    both = [context.Process(target=_fill, args=(tmp_path / "m", together, said)) for _ in range(2)]
    for one in both:
        one.start()
    told = sorted(said.get(timeout=60) for _ in both)
    for one in both:
        one.join()
    assert told[0].startswith("another run is writing")
    assert told[1] == "wrote"
    assert (tmp_path / "m" / "whole").read_text() == "whole"


@needs_locks
def test_a_second_run_into_one_table_is_refused_at_its_start(tmp_path, monkeypatch):
    table = tmp_path / "in.csv"
    table.write_text("text,label\n" + "".join(f"a good film {n},pos\n" for n in range(8)))
    options = {"text": "text", "label": "label", "pivot": "es", "source": "en"}
    refused = []

    def translate(source, target, text):
        if not refused:
            with pytest.raises(OutputError, match=r"another run is writing .*in\.augmented\.csv"):
                back_translate(table, **options, store=str(tmp_path / "other.sqlite"))
            refused.append(True)
        return f"{text} indeed" if target == "en" else text

    engine = FakeEngine({("en", "es"), ("es", "en")}, translate)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    monkeypatch.chdir(tmp_path)
    done = back_translate(table, **options, no_filter="all")
    assert refused
    assert len(done.frame) == 16
    assert not part_of(done.paths["out"]).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
@pytest.mark.parametrize("rows", [4, 400])
def test_a_full_standard_output_is_no_fault_of_the_program(tmp_path, rows):
    table = tmp_path / "in.csv"
    table.write_text("text,label\n" + "".join(f"a good film {n},pos\n" for n in range(rows)))
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "augment", "inspect", str(table), "--json", "--model", "none"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert "no space is left there" in done.stderr
    assert "a fault of this program" not in done.stderr


def test_what_a_kill_between_two_renames_left_is_kept(tmp_path):
    """Of a folder that is replaced, the old one lies beside its place for a moment."""
    path, old = tmp_path / "model", tmp_path / ".model.old"
    old.mkdir()
    (old / "weights").write_text("of an hour")
    with pytest.raises(ValueError, match="no"), replacing_folder(path):
        raise ValueError("no")
    assert (path / "weights").read_text() == "of an hour"
    with replacing_folder(path) as part:
        (part / "weights").write_text("new")
    assert (path / "weights").read_text() == "new"
    assert [one.name for one in tmp_path.iterdir()] == ["model"]
