import multiprocessing
import sqlite3
import threading

import pytest

from augment.errors import InputError, StoreError
from augment.records import Translation
from augment.store import FORMAT, Store, store_at, text_key


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


def test_what_was_put_is_got_after_reopening(path):
    key = text_key("good\nfilm")
    with Store(path) as store:
        store.put("e:en-es@1", [(key, Translation("buena\npelícula", ("*film", "#x")))])
    with Store(path) as store:
        assert store.get("e:en-es@1", [key]) == {
            key: Translation("buena\npelícula", ("*film", "#x"))
        }
        assert len(store) == 1


@pytest.mark.parametrize("other", ["e:es-en@1", "e:en-es@2", "f:en-es@1"])
def test_direction_version_and_engine_are_part_of_the_key(path, other):
    key = text_key("a")
    with Store(path) as store:
        store.put("e:en-es@1", [(key, Translation("b"))])
        assert store.get(other, [key]) == {}


def test_failures_are_not_stored(path):
    key = text_key("a")
    with Store(path) as store:
        store.put("e", [(key, Translation("", error="timeout"))])
        assert store.get("e", [key]) == {}


def test_the_source_text_is_not_written_down(path):
    with Store(path) as store:
        store.put("e", [(text_key("a secret sentence"), Translation("otra"))])
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"secret" not in written


def test_many_keys_at_once(path):
    keys = [text_key(str(number)) for number in range(3000)]
    with Store(path) as store:
        store.put("e", [(key, Translation(str(n))) for n, key in enumerate(keys)])
        found = store.get("e", keys)
    assert [found[key].text for key in keys] == [str(n) for n in range(3000)]


def test_a_newer_format_is_refused(path):
    with Store(path):
        pass
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    with pytest.raises(InputError, match=r"newer version.*Upgrade"):
        Store(path).open()


def test_another_sqlite_file_is_refused_and_left_alone(path):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE mine (x)")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="no translation store"):
        Store(path).open()
    assert path.read_bytes() == before


def test_no_sqlite_file_is_refused(path):
    path.write_text("text,label\n" * 100)
    with pytest.raises(InputError, match=r'cannot be used.*store="FILE" \(--store FILE\)'):
        Store(path).open()


def test_a_disk_error_says_how_to_go_on(path):
    with Store(path) as store:
        store._db.execute("PRAGMA max_page_count = 8")  # a disk with no room
        with pytest.raises(StoreError, match="free some space") as raised:
            store.put("e", [(text_key(str(n)), Translation("x" * 4000)) for n in range(50)])
        assert raised.value.exit_code == 1  # 2 is for what was found out before the run began
        store._db.execute("PRAGMA max_page_count = 10000")
        store.put("e", [(text_key("later"), Translation("y"))])
        assert len(store) == 1


def test_threads_share_a_store(path):
    with Store(path) as store:

        def work(part):
            for n in range(50):
                store.put(f"e{n % 3}", [(text_key(f"{part}-{n}"), Translation("t"))])

        threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store) == 200


def _fill(path, part):
    with Store(path) as store:
        for n in range(30):
            store.put("e", [(text_key(f"{part}-{n}"), Translation("t"))])


def test_processes_share_a_store(path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_fill, args=(path, part)) for part in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with Store(path) as store:
        assert len(store) == 90


def test_none_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with store_at("none") as store:
        store.put("e", [(text_key("a"), Translation("b"))])
        assert store.get("e", [text_key("a")])
        assert [*tmp_path.iterdir()]
    assert not [*tmp_path.iterdir()]


def _open(path, together, said):
    together.wait()
    try:
        with Store(path):
            said.put("open")
    except Exception as error:
        said.put(repr(error))


def test_several_processes_make_a_new_store_at_once(tmp_path):
    context = multiprocessing.get_context("fork")
    for trial in range(10):
        together, said = context.Barrier(4), context.Queue()
        path = tmp_path / f"{trial}.sqlite"
        running = [context.Process(target=_open, args=(path, together, said)) for _ in range(4)]
        for one in running:
            one.start()
        assert [said.get(timeout=60) for _ in running] == ["open"] * 4
        for one in running:
            one.join()


def test_a_damaged_store_is_moved_away(path):
    with Store(path) as store:
        store.put("e", [(text_key(str(n)), Translation("x" * 99)) for n in range(300)])
    with path.open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff" * 4000)
    with (
        pytest.raises(StoreError, match=r"is damaged.*move it away.*--store none") as raised,
        Store(path) as store,
    ):
        store.get("e", [text_key(str(n)) for n in range(300)])
    assert "space" not in str(raised.value)
    assert "again" not in str(raised.value)


def test_a_temporary_store_is_not_advised_against_itself(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="TMPDIR") as raised:
        store_at("none").open()
    assert "none" not in str(raised.value)


def test_only_the_default_folder_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"elsewhere.* is no folder; make it first.*--store"):
        store_at(tmp_path / "elsewhere" / "s.sqlite").open()
    assert not (tmp_path / "elsewhere").exists()
    with store_at(None):
        assert (tmp_path / ".augment" / "store.sqlite").is_file()


def test_what_was_there_before_a_run_is_told_from_its_own(path):
    keys = [text_key(text) for text in "abc"]
    with Store(path) as store:
        store.put("e", [(keys[0], Translation("A"))])
        assert store.look_up("e", keys)[1] == 0
    with Store(path) as store:
        store.put("e", [(key, Translation("new")) for key in keys[:2]])
        assert store.look_up("e", keys)[1] == 1
