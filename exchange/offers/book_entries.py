"""Where the offers of the book stand among those of each payment method: one row for each method and run.

Read in the order of `place`, it makes a page of one method a merge of index scans as `book_runs.py` makes one of the
whole book, however rare the method. A trigger of the database writes it (`migrations/0003_book_entries.py`), so that
no way of changing an offer can forget to.
"""

from django.db import models


class BookEntry(models.Model):
    """One offer that the book shows, under one of its methods, in one run.

    `place` grows in the direction in which that side is read: what its run is indexed by (`book_indexes.py`), with the
    other sign for offers to buy.
    """

    pk = models.CompositePrimaryKey("offer_id", "method_key", "run")
    # The trigger removes what it wrote; a constraint would check every row of it once more.
    offer = models.ForeignKey(
        "offers.Offer", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    method_key = models.IntegerField()
    run = models.CharField(max_length=8)
    side = models.CharField(max_length=4)
    asset_id = models.BigIntegerField()
    currency_id = models.CharField(max_length=3)
    place = models.DecimalField(max_digits=28, decimal_places=10)

    class Meta:
        indexes = [
            models.Index(
                fields=["side", "asset_id", "currency_id", "method_key", "run", "place", "offer"],
                name="book_by_method",
            )
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} by method {self.method_key}: {self.run} at {self.place}"
