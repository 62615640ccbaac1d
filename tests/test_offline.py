import os
import socket

import pytest

from augment.offline import HUB_SWITCHES, OfflineError, no_network


def test_connections_and_look_ups_are_refused():
    with no_network():
        with pytest.raises(OfflineError, match="example.org"):
            socket.create_connection(("example.org", 80), timeout=1)
        with pytest.raises(OfflineError), socket.socket() as sock:
            sock.connect(("127.0.0.1", 9))
        with pytest.raises(OfflineError), socket.socket() as sock:
            sock.connect_ex(("127.0.0.1", 9))


def test_everything_is_as_before_behind_the_block():
    before = (socket.socket.connect, socket.getaddrinfo, dict(os.environ))
    with pytest.raises(ValueError, match="x"), no_network():
        assert all(os.environ[name] == "1" for name in HUB_SWITCHES)
        raise ValueError("x")
    assert (socket.socket.connect, socket.getaddrinfo, dict(os.environ)) == before


def test_unix_sockets_stay_allowed():
    with no_network():
        one, other = socket.socketpair()
        one.sendall(b"x")
        assert other.recv(1) == b"x"
        one.close()
        other.close()


def test_it_can_be_left_out():
    before = socket.socket.connect
    with no_network(False):
        assert socket.socket.connect is before
