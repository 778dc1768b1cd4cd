"""What the indexer found when it looked around: written by it alone, read by the health page, pages and metrics."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


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
