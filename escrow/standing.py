"""Where the indexer stands on each chain, and what it found when it looked around; written by it alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from escrow.fields import Bytes32Field


class Cursor(models.Model):
    """How far the indexer has read one chain; moved only from the block it is known to stand at."""

    chain_id = models.PositiveBigIntegerField(primary_key=True)
    # -1 and an empty hash before the first block.
    block_number = models.BigIntegerField()
    block_hash = Bytes32Field(blank=True)
    head_number = models.BigIntegerField(default=-1)
    # The height up to which events are final: deep enough, and the nodes agreed about it.
    final_number = models.BigIntegerField(default=-1)
    head_time = models.PositiveBigIntegerField(default=0)
    # The contracts that were read up to here; one that joins has the chain read again.
    contracts = ArrayField(models.CharField(max_length=42), default=list)
    # The last time a node answered, whether or not there was anything new.
    polled_at = models.DateTimeField(null=True)
    # Set when final events were undone: a person must look at these trades.
    alarm_at = models.DateTimeField(null=True)
    alarm_trades = ArrayField(models.CharField(max_length=66), default=list)

    def __str__(self) -> str:
        return f"chain {self.chain_id} at {self.block_number}"


class FinalCounter(models.Model):
    """The highest `final_seq` ever given. One row: its lock makes commit order and number order the same."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class ChainReport(models.Model):
    """What the indexer found when it looked around: its nodes, and its books beside the contract's."""

    chain_id = models.PositiveBigIntegerField(primary_key=True)
    # `escrow.rpc.NodeReport` of each node, in the configured order; no addresses, which hold secrets.
    nodes = models.JSONField(default=list)
    # Since when nodes contradict each other about what should become final.
    disagree_since = models.DateTimeField(null=True)
    reconciled_block = models.BigIntegerField(default=-1)
    reconciled_at = models.DateTimeField(null=True)
    # What the last comparison found wrong, twice in a row: trade ids, accounts or tokens.
    differing = ArrayField(models.CharField(max_length=100), default=list)
    # Whether that concerns sums, so that no single trade can be blamed.
    sums_differ = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"chain {self.chain_id}, compared at {self.reconciled_block}"
