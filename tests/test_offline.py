import asyncio
import multiprocessing
import os
import socket
import subprocess
import sys
import threading

import pytest

from augment.offline import HUB_SWITCHES, OfflineError, no_network


def connect_raw(address):
    import _socket  # what lies below `socket`

    sock = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        sock.connect(address)
    finally:
        sock.close()


def udp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", address)


def tcp(address, how="connect"):
    with socket.socket() as sock:
        getattr(sock, how)(address)


WAYS_OUT = [
    lambda: socket.create_connection(("example.org", 80), timeout=1),
    lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
    lambda: tcp(("127.0.0.1", 9)),
    lambda: tcp(("127.0.0.1", 9), "connect_ex"),
    lambda: connect_raw(("127.0.0.1", 9)),
    lambda: udp(("192.0.2.1", 53)),
    lambda: socket.gethostbyname("example.org"),
    lambda: socket.gethostbyaddr("192.0.2.1"),
    lambda: socket.getnameinfo(("192.0.2.1", 80), 0),
    lambda: asyncio.run(asyncio.open_connection("192.0.2.1", 80)),
]


@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_is_refused(way):
    with no_network(), pytest.raises(OfflineError):
        way()


def test_a_thread_that_reads_a_folder_leaves_the_others_their_network():
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = server.getsockname()
        with no_network(everywhere=False):
            with pytest.raises(OfflineError, match="its folder"):
                socket.create_connection(here)
            with no_network(everywhere=False), pytest.raises(OfflineError):
                socket.create_connection(here)
            other = threading.Thread(target=lambda: socket.create_connection(here).close())
            other.start()
            server.settimeout(10)
            server.accept()[0].close()
            other.join()
            with pytest.raises(OfflineError):
                socket.create_connection(here)
        socket.create_connection(here).close()
        assert not any(os.environ.get(name) for name in HUB_SWITCHES)


def test_what_was_taken_hold_of_before_is_refused_too():
    connect, look_up = socket.socket.connect, socket.getaddrinfo
    with no_network():
        with pytest.raises(OfflineError, match="example.org"):
            look_up("example.org", 80)
        with pytest.raises(OfflineError), socket.socket() as sock:
            connect(sock, ("127.0.0.1", 9))


def test_other_threads_are_refused_too():
    errors = []

    def go():
        try:
            tcp(("127.0.0.1", 9))
        except OfflineError as error:
            errors.append(error)

    with no_network():
        thread = threading.Thread(target=go)
        thread.start()
        thread.join()
    assert errors


def test_everything_is_as_before_behind_the_block():
    before = dict(os.environ)
    with pytest.raises(ValueError, match="x"), no_network():
        assert all(os.environ[name] == "1" for name in HUB_SWITCHES)
        raise ValueError("x")
    assert dict(os.environ) == before
    with socket.create_server(("127.0.0.1", 0)) as server:
        tcp(server.getsockname())


def test_overlapping_blocks_hold_until_the_last_one_ends():
    first, second = no_network(), no_network()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    with pytest.raises(OfflineError):
        tcp(("127.0.0.1", 9))
    second.__exit__(None, None, None)
    with pytest.raises(ConnectionRefusedError):
        tcp(("127.0.0.1", 9))


def test_what_stays_on_this_machine_still_works(tmp_path):
    async def talk():
        await asyncio.sleep(0)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "pass")
        return await process.wait()

    with no_network():
        one, other = socket.socketpair()
        one.sendall(b"x")
        assert other.recv(1) == b"x"
        one.close()
        other.close()
        assert asyncio.run(talk()) == 0  # event loops wake themselves through a socket
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
            server.bind(str(tmp_path / "s"))
            server.listen()
            client.connect(str(tmp_path / "s"))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert pool.apply(abs, (-42,)) == 42
        seen = subprocess.run(
            [sys.executable, "-c", "import os; print(os.environ['HF_HUB_OFFLINE'])"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert seen.stdout.strip() == "1"


def test_it_can_be_left_out():
    with no_network(False), pytest.raises(ConnectionRefusedError):
        tcp(("127.0.0.1", 9))


def test_a_hub_library_gives_up_at_once_and_says_so(monkeypatch, tmp_path):
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with no_network(), pytest.raises(OSError, match="(?i)offline|cache"):
        hub.hf_hub_download("some/model", "config.json", cache_dir=str(tmp_path))
    import huggingface_hub.constants as constants

    assert constants.HF_HUB_OFFLINE is False


#: Runs a command with every connection and look-up of the process written down, none let through.
_WATCHED = """
import sys
from augment.cli import main
seen = []
def watch(event, args):
    if event.split('.')[0] == 'socket' and event not in ('socket.__new__', 'socket.bind'):
        seen.append((event, str(args[1:] or args)))
sys.addaudithook(watch)
code = main(sys.argv[1:])
print('SEEN', seen)
sys.exit(code)
"""


def test_the_main_job_and_the_hub_under_offline_open_no_connection(tmp_path):
    rows = "".join(f"The house number {n} is big and old.,{'ab'[n % 3 == 0]}\n" for n in range(12))
    (tmp_path / "in.csv").write_text("text,label\n" + rows)
    arguments = ["backtranslate", "in.csv", "--offline", "--source", "en"]
    env = {name: value for name, value in os.environ.items() if name not in HUB_SWITCHES}
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, *arguments],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
    )
    if "no translator on this machine" in done.stderr:
        pytest.skip("no local translator")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "in.augmented.csv").exists()
    assert done.stdout.splitlines()[-1] == "SEEN []"
