"""Ports for the processes of one stack."""

from exchange.stack.ports import choose_port, is_free


def test_two_processes_are_never_given_the_same_port() -> None:
    chosen = [choose_port() for _ in range(300)]
    assert len(set(chosen)) == 300
    assert all(is_free(port) for port in chosen[-10:])


def test_the_usual_port_is_kept_while_it_is_free() -> None:
    usual = choose_port()
    assert choose_port(preferred=usual) == usual
