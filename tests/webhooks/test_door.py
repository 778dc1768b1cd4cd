"""The way out, against real sockets: where it leads, how long it lasts, how much it reads."""

import socket
import time
from typing import Any

import pytest

from exchange.webhooks import door
from exchange.webhooks.door import MOST_READ, NoAnswer, post
from tests.webhooks.receiver import drips, receiving, says


def call(url: str, *, may_be_local: bool = True, seconds: float = 10) -> door.Answer:
    return post(url, b"{}", {"Content-Type": "application/json"}, may_be_local=may_be_local, seconds=seconds)


def test_a_body_arrives_and_the_answer_comes_back() -> None:
    with receiving(says(202, b"thanks", Retry_After="7")) as receiver:
        answer = call(receiver.url)
        assert (answer.status, answer.body, answer.headers["retry-after"]) == (202, b"thanks", "7")
        ((headers, body),) = receiver.requests
        assert body == b"{}"
        assert headers["host"] == f"127.0.0.1:{receiver.port}"


def test_without_the_setting_this_machine_is_never_called() -> None:
    with receiving(says(200)) as receiver:
        with pytest.raises(NoAnswer):
            call(receiver.url, may_be_local=False)
        assert receiver.requests == []


@pytest.mark.parametrize("number", ["127.0.0.1", "::1", "10.0.0.5", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_public_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    resolver(monkeypatch, [[number]])
    dialled = dialling(monkeypatch)
    with pytest.raises(NoAnswer, match="private network"):
        call("https://rebinding.example/")
    assert dialled == []


def test_one_inner_number_among_public_ones_spoils_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, [["93.184.215.14", "10.0.0.5"]])
    dialled = dialling(monkeypatch)
    with pytest.raises(NoAnswer, match="private network"):
        call("https://rebinding.example/")
    assert dialled == []


def test_a_resolver_that_changes_its_mind_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolver(monkeypatch, [["93.184.215.14"], ["127.0.0.1"]])
    dialled = dialling(monkeypatch)
    with pytest.raises(NoAnswer):
        call("https://rebinding.example/")
    # Asked once, and what is dialled is the number that was checked, never the name.
    assert asked == ["rebinding.example"]
    assert dialled == [("93.184.215.14", 443)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with receiving(says(200)) as inner, receiving(says(status, Location=inner.url)) as outer:
        assert call(outer.url).status == status
        assert len(outer.requests) == 1
        assert inner.requests == []


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(says(200)) as proxy, receiving(says(204)) as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert call(receiver.url).status == 204
        assert proxy.requests == []


def test_no_more_than_64_kib_of_an_answer_is_read() -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            connection.sendall(b"a" * 65536)

    with receiving(flood) as receiver:
        assert len(call(receiver.url).body) == MOST_READ


def test_a_compressed_bomb_is_only_bytes() -> None:
    with receiving(says(200, b"\x1f\x8b" + b"\0" * 100, Content_Encoding="gzip")) as receiver:
        assert len(call(receiver.url).body) == 102


def test_headers_without_end_are_no_answer() -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-A: " + b"a" * 1000 + b"\r\n")

    with receiving(flood) as receiver, pytest.raises(NoAnswer):
        call(receiver.url)


def test_silence_and_dripping_end_at_the_deadline() -> None:
    def silent(_: socket.socket) -> None:
        time.sleep(30)

    for answer in (silent, drips):
        with receiving(answer) as receiver, pytest.raises(NoAnswer, match="No answer within"):
            call(receiver.url, seconds=0.5)


def test_whoever_does_not_speak_http_or_tls_gives_no_answer() -> None:
    with receiving(lambda connection: connection.sendall(b"SSH-2.0-nonsense\r\n")) as receiver:
        with pytest.raises(NoAnswer):
            call(receiver.url)
        with pytest.raises(NoAnswer):
            call(receiver.url.replace("http:", "https:"), seconds=3)


def test_a_closed_port_and_an_unknown_host_are_told_apart() -> None:
    with receiving(says(200)) as receiver:
        closed = receiver.url
    with pytest.raises(NoAnswer, match="refused"):
        call(closed)
    with pytest.raises(NoAnswer, match="not found"):
        call("https://nobody.invalid/")


def resolver(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    """Have the machine's resolver give these numbers, one list a question; return what it is asked."""
    asked: list[str] = []

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        numbers = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in numbers
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def dialling(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Have every dialled number refuse, and return what is dialled."""
    dialled: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], **_: Any) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return dialled
