"""What a seller signs to fund without a transaction of its own is what the token, Permit2 and the escrow take."""

import json
from pathlib import Path

import pytest

from escrow import abi, calls, deployment
from escrow.calls import Call
from escrow.funding import (
    PERMIT2,
    TokenDomain,
    authorization_typed_data,
    permit2_typed_data,
    permit_typed_data,
)
from tests.chain.world import ADDRESS, World, sign

DOLLARS = TokenDomain(name="Demo Dollar", version="1")
FUNDED = 1
VECTORS = Path(__file__).resolve().parents[2] / "contracts" / "test" / "vectors"
FOREVER = 2**48 - 1


def deploy_permit2(world: World) -> None:
    """Put the real Permit2 where it always is: its address is the hash of the code that makes it."""
    made = json.loads((VECTORS / "permit2.json").read_text(encoding="utf-8"))
    data = made["salt"] + made["initCode"][2:]
    world.send(Call(to=made["factory"], data=data, value=0, chain_id=31337), by="deployer", gas=5_000_000)
    assert made["address"] == PERMIT2
    assert world.rpc("eth_getCode", PERMIT2, "latest") != "0x"


def approve_permit2(world: World, token: str) -> None:
    data = abi.encode_words("approve", ("address", "uint256"), PERMIT2, 2**255)
    world.send(Call(to=token, data=data, value=0, chain_id=31337), by="sara")


def test_sara_funds_by_a_permit_without_approving_before(world: World) -> None:
    terms = world.terms(token=deployment.demo_token_address(), amount=50)
    typed = permit_typed_data(terms, world.domain, token=DOLLARS, nonce=0, deadline=FOREVER)
    world.send(calls.fund_by_permit(terms, world.domain, deadline=FOREVER, signature=sign("sara", typed)), by="sara")
    assert world.status(terms) == FUNDED
    assert world.balance(world.domain.contract, terms.token) == 50


def test_a_stranger_brings_saras_authorization(world: World) -> None:
    terms = world.terms(token=deployment.demo_token_address(), amount=50)
    typed = authorization_typed_data(terms, world.domain, token=DOLLARS, valid_before=FOREVER)
    call = calls.fund_by_authorization(terms, world.domain, valid_before=FOREVER, signature=sign("sara", typed))
    world.send(call, by="mallory")
    assert world.status(terms) == FUNDED


def test_an_authorization_for_one_trade_opens_no_other(world: World) -> None:
    terms = world.terms(token=deployment.demo_token_address(), amount=50)
    typed = authorization_typed_data(terms, world.domain, token=DOLLARS, valid_before=FOREVER)
    other = world.terms(token=terms.token, amount=50, buyer=ADDRESS["mallory"])
    call = calls.fund_by_authorization(other, world.domain, valid_before=FOREVER, signature=sign("sara", typed))
    with pytest.raises(AssertionError, match="reverted"):
        world.send(call, by="mallory")
    assert world.status(other) == 0


def test_a_stranger_brings_saras_permit2_signature_to_the_real_permit2(world: World) -> None:
    deploy_permit2(world)
    terms = world.terms(token=deployment.demo_token_address(), amount=50)
    approve_permit2(world, terms.token)
    typed = permit2_typed_data(terms, world.domain, nonce=7, deadline=FOREVER)
    call = calls.fund_by_permit2(terms, world.domain, nonce=7, deadline=FOREVER, signature=sign("sara", typed))
    world.send(call, by="mallory")
    assert world.status(terms) == FUNDED


def test_a_token_takes_no_signature_of_another_length(world: World) -> None:
    terms = world.terms(token=deployment.demo_token_address(), amount=50)
    with pytest.raises(ValueError, match="65 bytes"):
        calls.fund_by_permit(terms, world.domain, deadline=FOREVER, signature="0x" + "11" * 64)
