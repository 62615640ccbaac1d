"""The file of decisions: nothing lost, whatever else writes to it or dies over it."""

import json
import multiprocessing
import os

import pytest

from augment.datasets.review.decisions import OPEN, Decision, Decisions, pair_hash
from augment.errors import InputError, OutputError

KEEP, REFUSE = Decision("keep"), Decision("refuse")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out.review.jsonl"


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_last_decision_counts_and_all_stay_in_the_file(path):
    decisions = Decisions(path)
    assert not path.exists()
    decisions.add("1:es", "aa", KEEP)
    decisions.add("1:es", "aa", Decision("edit", 'l\'été\n"x"'))
    decisions.add("2:es", "bb", REFUSE)
    decisions.add("2:es", "bb", OPEN)
    again = Decisions(path)
    assert again.of("1:es", "aa") == Decision("edit", 'l\'été\n"x"')
    assert again.of("2:es", "bb") == OPEN
    assert again.of("1:es", "other texts by now") == OPEN
    assert [key for key, _ in again.items()] == [("1:es", "aa")]
    assert len(lines(path)) == 4


def test_what_another_program_adds_is_taken_in(path):
    here, there = Decisions(path), Decisions(path)
    here.add("1", "a", KEEP)
    there.add("2", "b", REFUSE)
    assert there.of("1", "a") == KEEP
    revision = here.revision
    here.refresh()
    assert here.of("2", "b") == REFUSE
    assert here.revision > revision
    here.refresh()
    assert here.revision == revision + 1


def test_what_another_program_decided_in_between_is_not_overwritten(path):
    here, there = Decisions(path), Decisions(path)
    assert here.add("1", "a", KEEP, was=OPEN)
    assert not there.add("1", "a", REFUSE, was=OPEN)
    assert there.of("1", "a") == KEEP
    assert len(lines(path)) == 1
    assert there.add("1", "a", REFUSE, was=KEEP)


def _many(path, name, start):
    decisions = Decisions(path)
    start.wait()
    for number in range(60):
        decisions.add(f"{name}{number}", "x", Decision("edit", name * 200))


def test_several_programs_at_once_lose_nothing(path):
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    workers = [context.Process(target=_many, args=(path, name, start)) for name in "abc"]
    for worker in workers:
        worker.start()
    start.set()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert len(lines(path)) == 180
    assert len(list(Decisions(path).items())) == 180


def test_a_line_that_a_crash_cut_off_is_left_out_and_the_rest_goes_on(path):
    Decisions(path).add("1", "a", KEEP)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"aug_id": "2", "pair": "b", "deci')
    decisions = Decisions(path)
    assert "cut off" in decisions.notes[0]
    decisions.add("3", "c", REFUSE)
    assert [one["aug_id"] for one in lines(path)] == ["1", "3"]


def test_a_hand_edited_last_line_without_an_end_counts(path):
    path.write_text('{"aug_id": "1", "pair": "a", "decision": "keep"}')
    decisions = Decisions(path)
    decisions.add("2", "b", REFUSE)
    assert decisions.of("1", "a") == KEEP
    assert len(lines(path)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1]",
        '{"aug_id": "1", "pair": "a"}',
        '{"aug_id": "1", "pair": "a", "decision": "perhaps"}',
        '{"aug_id": 1, "pair": "a", "decision": "keep"}',
        '{"aug_id": "1", "pair": "a", "decision": "edit", "text": 7}',
    ],
)
def test_a_line_that_is_no_decision_is_named_and_nothing_changed(path, line):
    Decisions(path).add("1", "a", KEEP)
    decisions = Decisions(path)
    with path.open("a") as handle:
        handle.write(f"{line}\n")
    before = path.read_bytes()
    with pytest.raises(InputError, match="line 2: no decision"):
        decisions.add("2", "b", KEEP)
    with pytest.raises(InputError, match="line 2"):
        Decisions(path)
    assert path.read_bytes() == before
    path.write_bytes(b"".join(before.splitlines(keepends=True)[:1]))  # corrected
    decisions.add("2", "b", KEEP)
    assert decisions.of("1", "a") == KEEP
    assert decisions.of("2", "b") == KEEP


def replaced(path, content):
    """Save as an editor does: a new file under the old name."""
    new = path.with_name("new")
    new.write_bytes(content)
    new.replace(path)


def test_an_older_copy_saved_over_the_file_loses_nothing(path):
    decisions = Decisions(path)
    decisions.add("1", "a", KEEP)
    older = path.read_bytes()
    decisions.add("1", "a", REFUSE)
    decisions.add("2", "b", KEEP)
    replaced(path, older)
    decisions.refresh()
    assert decisions.of("1", "a") == REFUSE
    assert decisions.of("2", "b") == KEEP
    assert "back in it" in decisions.notes[-1]
    again = Decisions(path)
    assert (again.of("1", "a"), again.of("2", "b")) == (REFUSE, KEEP)


def test_a_new_decision_in_a_replaced_file_is_merged(path):
    decisions = Decisions(path)
    decisions.add("1", "a", KEEP)
    decisions.add("2", "b", KEEP)
    line = json.dumps({"aug_id": "1", "pair": "a", "decision": "edit", "text": "by hand"})
    replaced(path, f"{line}\n".encode())
    decisions.refresh()
    assert decisions.of("1", "a") == Decision("edit", "by hand")
    assert decisions.of("2", "b") == KEEP


def test_a_change_inside_the_file_is_seen_though_its_length_stays(path):
    decisions = Decisions(path)
    decisions.add("1", "a", KEEP)
    decisions.add("2", "b", Decision("edit", "one"))
    changed = path.read_bytes().replace(b"one", b"two")
    path.write_bytes(changed)
    os.utime(path, ns=(1, 1))
    decisions.refresh()
    assert decisions.of("2", "b") == Decision("edit", "two")


def test_a_removed_file_is_written_again(path):
    decisions = Decisions(path)
    decisions.add("1", "a", KEEP)
    path.unlink()
    decisions.refresh()
    assert Decisions(path).of("1", "a") == KEEP


def test_a_file_that_cannot_be_written_is_said_and_the_decision_not_taken(path):
    decisions = Decisions(path)
    path.mkdir()
    with pytest.raises(OutputError, match="not saved"):
        decisions.add("1", "a", KEEP)
    path.rmdir()
    assert decisions.of("1", "a") == OPEN


def test_reading_alone_changes_nothing(path):
    Decisions(path).add("1", "a", KEEP)
    torn = path.read_bytes() + b'{"aug'
    path.write_bytes(torn)
    assert Decisions(path, writable=False).of("1", "a") == KEEP
    assert path.read_bytes() == torn


def test_a_decision_is_about_the_pair_of_texts():
    assert len({pair_hash("ab", "c"), pair_hash("a", "bc"), pair_hash("abc", "")}) == 3
    assert pair_hash("\ud800", "x") == pair_hash("\ud800", "x")
