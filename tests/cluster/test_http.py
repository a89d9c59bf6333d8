"""HTTP as bytes: how a request is spelled, and what an answer is, however it is cut into pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.cluster.http import Incoming, Malformed, spelled
from installer.model.errors import ExitCode, InstallerError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LENGTH = HEAD + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: t\r\n\r\n"
ANNOUNCED = b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: z\r\n\r\n" + LENGTH
UNTIL_THE_END = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\nhello"
NO_BODY = b"HTTP/1.1 204 No Content\r\n\r\n"
OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CLOSING = HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello"


def read(*pieces):
    """An answer to its end, and its body."""
    answer, body = Incoming(), b""
    for one in pieces:
        answer.feed(one)
        body += answer.taken()
    return answer, body


@pytest.mark.parametrize(
    ("said", "ends", "is_last"),
    [
        (LENGTH, [], False),
        (CHUNKED, [], False),
        (ANNOUNCED, [], False),
        (UNTIL_THE_END, [b""], True),
        (OLD, [], True),
        (CLOSING, [], True),
        (LENGTH + b"more", [], True),
        (LENGTH + LENGTH, [], True),
    ],
)
def test_answers(said, ends, is_last):
    answer, body = read(said, *ends)
    assert (answer.status, body, answer.ended, answer.is_last) == (200, b"hello", True, is_last)
    assert "x" not in answer.headers
    assert "link" not in answer.headers


def test_no_body():
    answer, body = read(NO_BODY)
    assert (answer.status, body, answer.ended, answer.is_last) == (204, b"", True, False)


@given(st.sampled_from([LENGTH, CHUNKED, ANNOUNCED]), st.sets(st.integers(1, 120)))
def test_wherever_it_is_cut(said, places):
    cuts = [0, *sorted(one for one in places if one < len(said)), len(said)]
    answer, body = read(*(said[start:end] for start, end in pairwise(cuts)))
    assert (answer.status, answer.headers["content-type"], body) == (200, "application/json", b"hello")
    assert (answer.ended, answer.is_last) == (True, False)


@pytest.mark.parametrize("said", [LENGTH, CHUNKED, ANNOUNCED, b""])
def test_an_answer_that_is_cut_off(said):
    for place in range(len(said)):
        with pytest.raises(ConnectionError):
            read(*([said[:place]] if place else []), b"")


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: spdy\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * (1 << 20),
    ],
)
def test_what_is_no_answer(said):
    with pytest.raises(Malformed) as caught:
        read(*(said[start : start + 65536] for start in range(0, len(said), 65536)))
    assert "hello" not in str(caught.value)


@given(st.binary(max_size=200))
def test_anything_ends_in_one_of_three_ways(said):
    try:
        read(said, b"")
    except (Malformed, ConnectionError):
        return


def test_requests():
    headers = (("Host", "api.example.com"), ("Impersonate-User", "名"))
    sent = spelled("POST", "/api?limit=5", headers, b"{}")
    head = "POST /api?limit=5 HTTP/1.1\r\nHost: api.example.com\r\nImpersonate-User: 名\r\nContent-Length: 2\r\n\r\n{}"
    assert sent == head.encode()
    assert spelled("GET", "/", ()) == b"GET / HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nX: y", "a\rX", "a\0"])
def test_a_value_that_would_end_its_line(value):
    with pytest.raises(InstallerError) as caught:
        spelled("GET", "/", (("Authorization", f"Bearer s3cret{value}"),))
    assert caught.value.exit is ExitCode.INVALID
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("target", ["/a b", "/é", "/a\tb", "/a\nb"])
def test_an_address_that_is_none(target):
    with pytest.raises(InstallerError) as caught:
        spelled("GET", target, ())
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.INVALID, "server-invalid")
