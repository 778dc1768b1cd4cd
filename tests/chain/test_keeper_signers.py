"""The key may live elsewhere: Web3Signer or Clef sign over HTTP, and nothing they answer is believed unseen."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import pytest

from escrow import calls, deployment
from escrow.calls import Call
from escrow.keeper import policy
from escrow.keeper.fees import Fees
from escrow.keeper.loop import Keeper
from escrow.keeper.remote_signer import RemoteSigner, read_url
from escrow.keeper.signer import CannotSign, KeySigner
from escrow.models import Attempt, Intent, KeeperState
from escrow.terms import action_typed_data, trade_id
from tests.chain.keeping import ask, run, sent_by_kim, status
from tests.chain.signer_servers import SignerServer, Transaction, serving
from tests.chain.world import ADDRESS, KEYS, WALLETS, World, sample_terms, sign

FEES = Fees(max_fee=10**10, tip=10**9)
# Half the order of secp256k1's twin: r and n - s make a second valid form of the same signature.
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture(params=["web3signer", "clef"])
def server(request: pytest.FixtureRequest) -> Generator[SignerServer]:
    with serving(request.param) as signer:
        yield signer


def remote(server: SignerServer, **options: Any) -> RemoteSigner:
    return RemoteSigner(server.url, address=ADDRESS["kim"], **options)


def a_call() -> Call:
    terms, domain = sample_terms(), deployment.domain()
    typed = action_typed_data(
        trade_id=trade_id(terms, domain), action="release", valid_until=terms.pay_by, domain=domain
    )
    return calls.act_by_signature(
        "release", terms, domain, signer=ADDRESS["sara"], valid_until=terms.pay_by, signature=sign("sara", typed)
    )


@pytest.mark.django_db
def test_a_remote_signer_carries_a_whole_trade(world: World, server: SignerServer) -> None:
    keeper = Keeper(world.chain, signer=remote(server))
    world.keepers.append(keeper)
    terms = world.terms()
    world.fund(terms)
    for action, by in (("mark_paid", "ben"), ("release", "sara")):
        ask(world, action, terms, by=by)
        run(world, keeper)
    assert (status(world, terms), sent_by_kim(world)) == ("released", 2)
    assert len(server.asked) == 2
    assert KeeperState.objects.get().address == ADDRESS["kim"]


def test_it_signs_the_very_bytes_a_key_file_would(server: SignerServer) -> None:
    call = a_call()
    theirs = remote(server).sign(call, nonce=7, gas=100_000, fees=FEES)
    assert theirs == KeySigner(KEYS["kim"]).sign(call, nonce=7, gas=100_000, fees=FEES)


def test_it_is_never_asked_to_sign_what_is_not_relayable(server: SignerServer) -> None:
    good = a_call()
    for bad in (
        replace(good, to=ADDRESS["mallory"]),
        replace(good, value=1),
        replace(good, chain_id=1),
        replace(good, data="0x"),
        calls.withdraw(deployment.domain(), token="0x" + "00" * 20, to=ADDRESS["mallory"]),
    ):
        with pytest.raises(policy.NotAllowed):
            remote(server).sign(bad, nonce=0, gas=100_000, fees=FEES)
    assert server.asked == []


TAMPERED: list[Callable[[Transaction], Transaction]] = [
    lambda told: told | {"to": ADDRESS["mallory"]},
    lambda told: told | {"value": 1},
    lambda told: told | {"nonce": told["nonce"] + 1},
    lambda told: told | {"gas": told["gas"] + 1},
    lambda told: told | {"maxFeePerGas": told["maxFeePerGas"] + 1},
    lambda told: told | {"maxPriorityFeePerGas": told["maxPriorityFeePerGas"] - 1},
    lambda told: told | {"chainId": 1},
    lambda told: told | {"data": told["data"] + "00"},
    lambda told: told | {"accessList": [{"address": ADDRESS["mallory"], "storageKeys": []}]},
    lambda told: {
        **{name: told[name] for name in ("chainId", "nonce", "to", "data", "value", "gas")},
        "gasPrice": told["maxFeePerGas"],
    },
]


def test_a_signer_that_signs_something_else_is_not_believed(server: SignerServer) -> None:
    for tamper in TAMPERED:
        server.tamper = tamper
        with pytest.raises(CannotSign):
            remote(server).sign(a_call(), nonce=7, gas=100_000, fees=FEES)


def high_s(raw: str) -> str:
    """The same transaction with the twin of its signature: another hash, and many nodes take it."""
    data = bytes.fromhex(raw[2:])
    s = int.from_bytes(data[-32:], "big")
    parity = data[-67]
    assert parity in {0x80, 1}
    flipped = bytes([1 if parity == 0x80 else 0x80])
    return "0x" + (data[:-67] + flipped + data[-66:-32] + (ORDER - s).to_bytes(32, "big")).hex()


GARBLED: list[Callable[[str], Any]] = [
    lambda _: None,
    lambda _: 5,
    lambda _: "0x",
    lambda _: "0x02zz",
    lambda _: {"tx": {}},
    lambda _: ["0x02"],
    lambda raw: raw[:-2],
    lambda raw: raw + "00",
    lambda raw: raw[:40],
    lambda raw: "0x01" + raw[4:],
    lambda _: "0x" + "ff" * 40_000,
    high_s,
]


def test_a_garbled_answer_is_refused_without_a_crash(server: SignerServer) -> None:
    for answer in GARBLED:
        server.answer = answer
        with pytest.raises(CannotSign):
            remote(server).sign(a_call(), nonce=7, gas=100_000, fees=FEES)


def test_another_key_than_the_keepers_is_noticed(server: SignerServer) -> None:
    server.wallet = WALLETS["mallory"]
    with pytest.raises(CannotSign, match=ADDRESS["mallory"]):
        remote(server).sign(a_call(), nonce=7, gas=100_000, fees=FEES)
    with pytest.raises(CannotSign, match="no key"):
        RemoteSigner(server.url, address=ADDRESS["fred"]).sign(a_call(), nonce=7, gas=100_000, fees=FEES)


@pytest.mark.django_db
def test_with_the_signer_away_a_call_waits_and_is_sent_when_it_is_back(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    with serving("web3signer") as server:
        url = server.url
    signer = RemoteSigner(url, address=ADDRESS["kim"], read_seconds=1)
    keeper = Keeper(world.chain, signer=signer)
    world.keepers.append(keeper)
    ask(world, "mark_paid", terms, by="ben")
    run(world, keeper)
    assert (status(world, terms), Attempt.objects.count()) == ("funded", 0)
    assert KeeperState.objects.get().trouble.startswith("THE SIGNER DOES NOT SIGN")
    with serving("web3signer") as server:
        keeper._signer = remote(server)
        Intent.objects.update(due_at=Intent.objects.get().created_at)
        run(world, keeper)
    assert status(world, terms) == "paid"
    assert sent_by_kim(world) == 1


@pytest.mark.parametrize(
    "url", ["", "http://127.0.0.1:9000", "vault+http://host", "clef+ipc:///clef.ipc", "clef+http://"]
)
def test_an_address_of_a_signer_names_its_protocol(url: str) -> None:
    with pytest.raises(ValueError, match="KEEPER_SIGNER_URL"):
        read_url(url)
