"""Outputs of two runs at once: none is mixed, and none is overwritten unasked."""

import errno
import multiprocessing
import subprocess
import sys
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from augment.datasets.augmentation.spool import Spool
from augment.datasets.backtranslate import back_translate
from augment.datasets.filter_pairs import filter_pairs
from augment.datasets.formats.table_writer import TableWriter
from augment.errors import OutputError, WriteError
from augment.output_parts import part_of, reserved
from augment.outputs import OutputSet, replacing, replacing_folder, write_text
from augment.records import Candidate, Paraphrase
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


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("before", [{}, {"a": "old a", "b": "old b"}, {"b": "old b"}])
@pytest.mark.parametrize("stop", [OSError(errno.EACCES, "Permission denied"), KeyboardInterrupt()])
@pytest.mark.parametrize("links", [True, False])
def test_outputs_that_belong_together_get_their_names_all_or_none(
    tmp_path, monkeypatch, before, stop, links
):
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    real = Path.replace

    def fails_at_the_last(part, path):
        if path.name == "a" and part.name.endswith(".part"):
            raise stop
        return real(part, path)

    def no_links(*args):
        raise OSError(errno.EPERM, "Operation not permitted")

    def write():
        with OutputSet() as outputs:
            for name in ("a", "b", "c"):
                outputs.write_text(tmp_path / name, f"new {name}")
            assert contents(tmp_path).items() >= before.items()

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fails_at_the_last)
        if not links:
            patch.setattr("augment.outputs.os.link", no_links)
        with pytest.raises((WriteError, KeyboardInterrupt)):
            write()
        assert contents(tmp_path) == before
    write()
    assert contents(tmp_path) == {name: f"new {name}" for name in "abc"}


def test_an_output_that_was_not_finished_is_not_put_in_place_with_the_others(tmp_path):
    with OutputSet() as outputs:
        with suppress(ValueError), outputs.replacing(tmp_path / "a") as part:
            part.write_text("half")
            raise ValueError
        outputs.write_text(tmp_path / "b", "whole")
    assert contents(tmp_path) == {"b": "whole"}


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_is_told_with_the_name_of_the_output(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    monkeypatch.setattr("augment.outputs.part_of", lambda path: Path("/dev/full"))
    monkeypatch.setattr("augment.outputs.held", lambda path: nullcontext())
    with pytest.raises(
        WriteError, match=r"page\.html could not be written: No space left"
    ) as caught:
        write_text(path, "x" * 100_000)
    assert caught.value.exit_code == 1
    assert "free some space there" in str(caught.value)


def test_a_library_that_tells_a_full_disk_in_words_is_understood(tmp_path):
    class SerializeError(Exception):
        pass

    told = "Error while serializing: I/O error: No space left on device (os error 28)"
    refused = pytest.raises(WriteError, match="model could not be written")
    with refused, replacing_folder(tmp_path / "model"):
        raise SerializeError(told)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def example(tmp_path, monkeypatch):
    """A table and an engine that rewords; in the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("text,label\n" + "".join(f"a good film {n},pos\n" for n in range(8)))
    engine = FakeEngine(
        {("en", "es"), ("es", "en")},
        lambda source, target, text: f"{text} indeed" if target == "en" else text,
    )
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    return {"pivot": "es", "source": "en", "no_filter": "all"}


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("stop", [FULL, KeyboardInterrupt()])
@pytest.mark.parametrize("old", [False, True])
def test_a_run_that_breaks_off_while_it_writes_leaves_all_as_it_was(
    example, tmp_path, monkeypatch, stop, old
):
    if old:
        back_translate("in.csv", **{**example, "pivot": "es"}, seed=1)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("in*")}

    def breaks_off(*args):
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr("augment.datasets.backtranslate.render_run_report", breaks_off)
        with pytest.raises((OSError, KeyboardInterrupt)):
            back_translate("in.csv", **example, force=old)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*in*")} == before
    assert len(back_translate("in.csv", **example, force=old).frame) == 16


def test_pairs_that_break_off_while_they_are_judged_leave_nothing(example, tmp_path, monkeypatch):
    Path("pairs.csv").write_text("text,paraphrase\nI saw a film.,I have seen a film.\n")
    with monkeypatch.context() as patch:
        patch.setattr("augment.datasets.filter_pairs.content_sha256", lambda path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            filter_pairs("pairs.csv", source="en", no_filter="all")
    assert not list(tmp_path.glob("*pairs.*filtered*"))
    assert filter_pairs("pairs.csv", source="en", no_filter="all").kept == 1


def test_a_full_folder_of_temporary_files_is_named_with_what_to_do(monkeypatch):
    class Full:
        def write(self, line):
            raise FULL

        def close(self):
            raise FULL

    candidate = Candidate(0, "a", "b")
    with pytest.raises(WriteError, match=r"temporary file.*TMPDIR"), Spool() as spool:
        spool._file.close()
        spool._file = Full()
        spool.append(Paraphrase(candidate, None, 1.0))
