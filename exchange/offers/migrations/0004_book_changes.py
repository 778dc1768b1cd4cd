"""What changes a page of the book is noted by triggers, with the transaction that did it."""

from django.db import migrations, models
from django.db.models import Func

import exchange.offers.book_changes

_LISTED = "{row}.state = 'active' AND {row}.visibility = 'public'"
WRITE = f"""
-- Notes a pair such as 'ETH/EUR' once a transaction, however many rows it changes.
CREATE FUNCTION offers_note_change(changed text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO offers_bookchange (pair)
    SELECT changed WHERE NOT EXISTS (
        SELECT FROM offers_bookchange WHERE transaction = pg_current_xact_id() AND pair = changed
    )
$$;

CREATE FUNCTION offers_note_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND {_LISTED.format(row="OLD")} THEN
        PERFORM offers_note_change(
            (SELECT symbol FROM catalog_asset WHERE id = OLD.asset_id) || '/' || OLD.currency_id
        );
    END IF;
    IF TG_OP <> 'DELETE' AND {_LISTED.format(row="NEW")} THEN
        PERFORM offers_note_change(
            (SELECT symbol FROM catalog_asset WHERE id = NEW.asset_id) || '/' || NEW.currency_id
        );
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offers_note_offer AFTER INSERT OR UPDATE OR DELETE ON offers_offer
    FOR EACH ROW EXECUTE FUNCTION offers_note_offer();

CREATE FUNCTION offers_note_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM offers_note_change(OLD.asset || '/' || OLD.currency);
    ELSE
        PERFORM offers_note_change(NEW.asset || '/' || NEW.currency);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offers_note_price AFTER INSERT OR UPDATE OR DELETE ON prices_reading
    FOR EACH ROW EXECUTE FUNCTION offers_note_price();

CREATE FUNCTION offers_note_maker(maker bigint) RETURNS void LANGUAGE sql AS $$
    SELECT offers_note_change(pair) FROM (
        SELECT DISTINCT a.symbol || '/' || o.currency_id AS pair
          FROM offers_offer o JOIN catalog_asset a ON a.id = o.asset_id
         WHERE o.maker_id = maker AND {_LISTED.format(row="o")}
    ) pairs
$$;

CREATE FUNCTION offers_note_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_note_maker(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER offers_note_account AFTER UPDATE OF name, is_active ON accounts_account
    FOR EACH ROW WHEN (OLD.name <> NEW.name OR OLD.is_active <> NEW.is_active) EXECUTE FUNCTION offers_note_account();
"""
FORGET = """
DROP TRIGGER offers_note_account ON accounts_account;
DROP TRIGGER offers_note_price ON prices_reading;
DROP TRIGGER offers_note_offer ON offers_offer;
DROP FUNCTION offers_note_account, offers_note_maker, offers_note_price, offers_note_offer, offers_note_change;
"""


class Migration(migrations.Migration):
    """The table and what writes it."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("catalog", "0001_initial"),
        ("prices", "0001_initial"),
        ("offers", "0003_book_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="BookChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pair", models.CharField(max_length=16)),
                (
                    "transaction",
                    exchange.offers.book_changes.TransactionId(
                        db_default=Func(function="pg_current_xact_id"), db_index=True
                    ),
                ),
                ("at", models.DateTimeField(db_default=Func(function="clock_timestamp"))),
            ],
        ),
        migrations.RunSQL(WRITE, FORGET),
    ]
