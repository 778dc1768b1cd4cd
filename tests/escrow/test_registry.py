"""Which contracts there are: one by the plain settings, several by `ESCROWS`, and a mistake in it is named at once."""

from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from escrow import deployment
from escrow.keeper import policy
from escrow.registry import Place
from escrow.rpc import chain
from tests.chain.world import ADDRESS, World

OLD, NEW, FAR = ADDRESS["sara"], ADDRESS["ben"], ADDRESS["fred"]
SEVERAL = f"""
[[escrow]]
chain_id = 31337
address = "{OLD}"
version = 1
from_block = 5
takes_new_trades = false

[[escrow]]
chain_id = 31337
address = "{NEW}"
version = 2
from_block = 900
takes_new_trades = true

[[escrow]]
chain_id = 10
address = "{FAR}"
version = 1
takes_new_trades = true

[[chain]]
id = 10
name = "Far away"
rpc_urls = ["http://127.0.0.1:9"]
confirmations = 30
"""


def test_without_escrows_the_plain_settings_name_the_one_contract(settings: Settings) -> None:
    settings.ESCROW_ADDRESS = OLD
    assert deployment.contracts() == (OLD,)
    assert [place.chain_id for place in deployment.places()] == [settings.CHAIN_ID]
    settings.ESCROW_ADDRESS = ""
    assert deployment.contract_address() == deployment.predict("Escrow")


def test_the_newest_contract_that_takes_new_trades_gets_them_and_all_are_followed(settings: Settings) -> None:
    settings.ESCROWS = SEVERAL
    assert deployment.contract_address() == NEW
    assert deployment.contracts() == (NEW, OLD)
    assert deployment.start_block() == 5
    settings.ESCROWS = SEVERAL.replace("takes_new_trades = false", "takes_new_trades = true").replace(
        "from_block = 900\ntakes_new_trades = true", "from_block = 900\ntakes_new_trades = false"
    )
    assert deployment.contract_address() == OLD, "the newer one is being closed"


def test_every_chain_has_its_own_nodes_and_depth(settings: Settings) -> None:
    settings.ESCROWS = SEVERAL
    assert [place.chain_id for place in deployment.places()] == [31337, 10]
    far = Place(
        chain_id=10,
        name="Far away",
        rpc_urls=("http://127.0.0.1:9",),
        public_rpc_url="http://127.0.0.1:9",
        explorer_url="",
        confirmations=30,
    )
    assert deployment.place(10) == far
    assert (deployment.contracts(10), deployment.confirmations(10), deployment.start_block(10)) == ((FAR,), 30, 0)
    assert chain(chain_id=10).chain_id == 10
    assert deployment.contracts(5) == ()
    with pytest.raises(LookupError):
        chain(chain_id=5)


def test_the_keeper_never_mistakes_one_chains_contract_for_anothers(settings: Settings, world: World) -> None:
    settings.ESCROWS = SEVERAL
    good = replace(world.signed_act("release", world.terms(), by="sara"), to=NEW)
    policy.check_call(good)
    policy.check_call(replace(good, to=OLD))
    policy.check_call(replace(good, to=FAR, chain_id=10))
    for wrong in (replace(good, to=FAR), replace(good, chain_id=10), replace(good, to=FAR, chain_id=5)):
        with pytest.raises(policy.NotAllowed):
            policy.check_call(wrong)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[[escrow]]", "[[escrow"), "no TOML"),
        (("version = 2", "version = 1"), "twice"),
        ((f'"{NEW}"', f'"{OLD}"'), "twice"),
        ((f'"{NEW}"', '"0x1234"'), "escrow.address"),
        (("version = 2", 'version = "2"'), "escrow.version"),
        (("version = 2", "version = true"), "escrow.version"),
        (("from_block = 900", "form_block = 900"), "form_block"),
        (("from_block = 900\ntakes_new_trades = true", "takes_new_trades = false"), "takes new trades"),
        (("\nchain_id = 10", "\nchain_id = 11"), "no [[chain]]"),
        (("\nid = 10", "\nid = 31337"), "CHAIN_ID"),
        (('rpc_urls = ["http://127.0.0.1:9"]', "rpc_urls = []"), "rpc_urls"),
        (("[[chain]]", "[chain]"), "two brackets"),
        (("[[chain]]", "[[chains]]"), "chains"),
    ],
)
def test_a_mistake_is_named(settings: Settings, change: tuple[str, str], words: str) -> None:
    assert change[0] in SEVERAL
    settings.ESCROWS = SEVERAL.replace(change[0], change[1])
    with pytest.raises(ImproperlyConfigured) as caught:
        deployment.contracts()
    assert words in str(caught.value)
