
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escrow', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='cursor',
            name='contracts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=42), default=list, size=None),
        ),
    ]
