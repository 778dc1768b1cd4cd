"""The book by payment method, written by a trigger with every change of an offer that moves it."""

import django.db.models.deletion
from django.db import migrations, models

# What the columns of an offer say about its entries; none of them changes when an offer is taken.
_COLUMNS = (
    "state",
    "visibility",
    "hidden",
    "side",
    "asset_id",
    "currency_id",
    "method_keys",
    "price_type",
    "fixed_price",
    "margin_bps",
    "floor_price",
    "ceiling_price",
    "formula_price",
)
_CHANGED = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _COLUMNS)
# Where a limit makes an offer worse, its run is read by margin: see book_indexes.py.
_ENTRIES = """
    SELECT o.id, m.method_key, r.run, o.side, o.asset_id, o.currency_id,
           CASE o.side WHEN 'buy' THEN -r.place ELSE r.place END
      FROM offers_offer o,
           LATERAL (SELECT DISTINCT unnest(o.method_keys) AS method_key) m,
           LATERAL (VALUES
               ('fixed', o.price_type = 'fixed', o.fixed_price),
               ('margin', o.price_type = 'margin', o.margin_bps::numeric),
               ('floor', o.price_type = 'margin' AND o.floor_price IS NOT NULL,
                CASE o.side WHEN 'sell' THEN o.margin_bps::numeric ELSE o.floor_price END),
               ('ceiling', o.price_type = 'margin' AND o.ceiling_price IS NOT NULL,
                CASE o.side WHEN 'sell' THEN o.ceiling_price ELSE o.margin_bps::numeric END),
               ('formula', o.price_type = 'formula' AND o.formula_price IS NOT NULL, o.formula_price),
               ('parked', o.price_type = 'formula' AND o.formula_price IS NULL, 0::numeric)
           ) r(run, fits, place)
     WHERE r.fits AND o.state = 'active' AND o.visibility = 'public' AND o.hidden = ''
"""
_INSERT = "INSERT INTO offers_bookentry (offer_id, method_key, run, side, asset_id, currency_id, place)"
WRITE = f"""
CREATE FUNCTION offers_enter_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM offers_bookentry WHERE offer_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF NEW.state = 'active' AND NEW.visibility = 'public' AND NEW.hidden = '' THEN
            {_INSERT} {_ENTRIES.replace("FROM offers_offer o,", "FROM (SELECT NEW.*) o,")};
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offers_enter_book AFTER INSERT OR DELETE ON offers_offer
    FOR EACH ROW EXECUTE FUNCTION offers_enter_book();
CREATE TRIGGER offers_move_in_book AFTER UPDATE ON offers_offer
    FOR EACH ROW WHEN ({_CHANGED}) EXECUTE FUNCTION offers_enter_book();
{_INSERT} {_ENTRIES};
"""
FORGET = """
DROP TRIGGER offers_enter_book ON offers_offer;
DROP TRIGGER offers_move_in_book ON offers_offer;
DROP FUNCTION offers_enter_book;
"""


class Migration(migrations.Migration):
    """The table, what writes it, and what stands in the book already."""

    dependencies = [("offers", "0002_order")]

    operations = [
        migrations.CreateModel(
            name="BookEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "offer_id", "method_key", "run", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("method_key", models.IntegerField()),
                ("run", models.CharField(max_length=8)),
                ("side", models.CharField(max_length=4)),
                ("asset_id", models.BigIntegerField()),
                ("currency_id", models.CharField(max_length=3)),
                ("place", models.DecimalField(decimal_places=10, max_digits=28)),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["side", "asset_id", "currency_id", "method_key", "run", "place", "offer"],
                        name="book_by_method",
                    )
                ],
            },
        ),
        migrations.RunSQL(WRITE, FORGET),
    ]
