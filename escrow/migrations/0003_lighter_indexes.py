from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('escrow', '0002_cursor_contracts'),
    ]

    operations = [
        # The one question by transaction names the block too, and finds it by `event_once`.
        migrations.RemoveIndex(
            model_name='chainevent',
            name='event_of_transaction',
        ),
        # Django's second index on a text key, for `LIKE 'abc%'`: ids are only ever asked for whole.
        migrations.RunSQL(
            'DROP INDEX IF EXISTS escrow_escrow_trade_id_2b86683f_like',
            'CREATE INDEX escrow_escrow_trade_id_2b86683f_like ON escrow_escrow (trade_id varchar_pattern_ops)',
        ),
    ]
