import multiprocessing
import sqlite3
import threading

import pytest

from augment.errors import InputError, StoreError
from augment.records import Translation
from augment.store import FORMAT, Store, open_store, text_key


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "store.sqlite"


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
    Store(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    with pytest.raises(InputError, match=r"newer version.*Upgrade"):
        Store(path)


def test_another_sqlite_file_is_refused_and_left_alone(path):
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE mine (x)")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="no translation store"):
        Store(path)
    assert path.read_bytes() == before


def test_no_sqlite_file_is_refused(path):
    path.parent.mkdir()
    path.write_text("text,label\n" * 100)
    with pytest.raises(InputError, match="cannot be used"):
        Store(path)


def test_a_disk_error_says_how_to_go_on(path):
    with Store(path) as store:
        store._db.execute("PRAGMA max_page_count = 8")  # a disk with no room
        with pytest.raises(StoreError, match="free some space"):
            store.put("e", [(text_key(str(n)), Translation("x" * 4000)) for n in range(50)])
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


def test_none_keeps_nothing():
    store = open_store("none")
    folder = store.path.parent
    store.put("e", [(text_key("a"), Translation("b"))])
    assert store.get("e", [text_key("a")])
    store.close()
    assert not folder.exists()


def _open(path, together, said):
    together.wait()
    try:
        Store(path).close()
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
