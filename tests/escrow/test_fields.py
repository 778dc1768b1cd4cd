"""Fields keep what the chain counts with exactly, and let nothing else into a table or a query."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from escrow.fields import AddressField, Bytes32Field, Uint256Field
from escrow.models import Credit, Escrow
from tests.chain.world import ADDRESS

BEN = ADDRESS["ben"]


def credit(**values: object) -> Credit:
    return Credit.objects.create(chain_id=1, contract=BEN, account=BEN, token=BEN, **values)


@pytest.mark.django_db
def test_the_largest_number_the_chain_knows_is_kept_to_the_last_digit() -> None:
    credit(head_amount=2**256 - 1)
    kept = Credit.objects.get(head_amount=2**256 - 1)
    assert kept.head_amount == 2**256 - 1
    assert type(kept.head_amount) is int


@pytest.mark.django_db
def test_addresses_are_checksummed_on_their_way_in_and_in_queries() -> None:
    credit()
    Credit.objects.update(account=BEN.lower())
    assert Credit.objects.get(account=BEN.lower()).account == BEN


@pytest.mark.django_db
def test_the_database_itself_refuses_a_negative_amount() -> None:
    credit(head_amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Credit.objects.update(head_amount=F("head_amount") - 2)


@pytest.mark.parametrize("value", [-1, 2**256, True, "1e5", "-1", "", 1.5, Decimal("1.5"), Decimal("NaN"), [], b"1"])
def test_what_is_no_uint256_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Uint256Field().to_python(value)


@pytest.mark.parametrize("value", ["0x", BEN[2:], BEN + "0", BEN + "\n", BEN.lower().replace("3", "C", 1), 5, b"0x"])
def test_what_is_no_address_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        AddressField().to_python(value)


@pytest.mark.parametrize("value", ["0x" + "0" * 63, "0x" + "g" * 64, "0" * 66, "0x" + "0" * 64 + "\n", 5])
def test_what_is_no_hash_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Bytes32Field().to_python(value)


@pytest.mark.django_db
def test_a_malformed_id_never_becomes_a_query() -> None:
    with pytest.raises(ValidationError):
        Escrow.objects.filter(trade_id="0x12' OR 1=1").exists()
