"""A name with several addresses, some of which never answer, is one address to whoever waits."""

import socket
import threading
import time

import pytest

from installer.cluster.connect import connect
from installer.cluster.dialling import dial
from installer.cluster.errors import Unreachable
from installer.cluster.options import ConnectionOptions
from installer.cluster.resources import Kind


@pytest.fixture
def deaf():
    """An address whose queue is full: to whoever comes it does not answer."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listening.getsockname()
    waiting = []
    for _ in range(8):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(address)
        waiting.append(one)
    yield address
    for one in (*waiting, listening):
        one.close()


@pytest.fixture
def heard():
    listening = socket.create_server(("127.0.0.1", 0))
    yield listening.getsockname()
    listening.close()


@pytest.fixture
def known(monkeypatch):
    """What the system's resolver knows names as."""
    names = {}

    def resolved(host, *_, **__):
        host = host.decode() if isinstance(host, bytes) else host
        if names.get(host) == "silence":
            threading.Event().wait(60)
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in names[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return names


def seconds_of(action):
    began = time.monotonic()
    with pytest.raises(OSError) as raised:
        action()
    return time.monotonic() - began, raised.value


def test_the_next_address_has_its_share(known, deaf, heard):
    known["api.test"] = [deaf, heard]
    made = dial("api.test", 443, 4.0)
    assert (made.getpeername(), made.gettimeout()) == (heard, 4.0)
    made.close()


def test_all_of_them_together_have_the_time_of_one(known, deaf):
    known["api.test"] = [deaf] * 5
    seconds, error = seconds_of(lambda: dial("api.test", 443, 1.0))
    assert isinstance(error, TimeoutError)
    assert seconds < 3.0


def test_a_refusal_of_the_last_is_what_is_said(known, heard):
    closed = socket.create_server(("127.0.0.1", 0))
    address = closed.getsockname()
    closed.close()
    known["api.test"] = [address, address]
    assert isinstance(seconds_of(lambda: dial("api.test", 443, 5.0))[1], ConnectionRefusedError)
    known["api.test"] = [address, heard]
    dial("api.test", 443, 5.0).close()


def test_a_resolver_that_never_answers_is_left_behind(known):
    known["api.test"] = "silence"
    seconds, error = seconds_of(lambda: dial("api.test", 443, 0.3))
    assert isinstance(error, TimeoutError)
    assert seconds < 3.0


def test_an_unknown_name(known):
    assert "Name or service not known" in str(seconds_of(lambda: dial("api.test", 443, 5.0))[1])
    assert known == {}


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_an_address_is_no_name(family, host):
    with socket.create_server((host, 0), family=family) as listening:
        dial(host, listening.getsockname()[1], 5.0).close()


def test_a_command_ends_in_its_time(known, deaf, tmp_path):
    known["api.test"] = [deaf] * 4
    options = ConnectionOptions(server="http://api.test:6443", cache_dir=str(tmp_path), timeout=1.0)
    began = time.monotonic()
    cluster = connect(options)
    with pytest.raises(Unreachable, match="gave no answer within 1 s"):
        cluster.get(Kind("", "ConfigMap"), "one", "ns")
    cluster.close()
    assert time.monotonic() - began < 1.0 + 5.0
