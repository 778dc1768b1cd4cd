"""Write the standings that are there onto the offers, which the book now sorts by them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from exchange.reputation.formula import trust


def write(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    offers = apps.get_model("offers", "Offer").objects
    for one in apps.get_model("reputation", "Standing").objects.iterator():
        told = {"maker_trust": trust(one.finished, one.abandoned, one.disputes_lost)}
        if one.median_release is not None:
            told["maker_speed"] = one.median_release
        offers.filter(maker_id=one.account_id).update(**told)


class Migration(migrations.Migration):
    dependencies = [("reputation", "0001_initial"), ("offers", "0002_order")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
