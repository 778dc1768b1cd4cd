import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Currency',
            fields=[
                ('code', models.CharField(max_length=3, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64)),
                ('minor_units', models.PositiveSmallIntegerField()),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name_plural': 'currencies',
                'ordering': ('code',),
            },
        ),
        migrations.CreateModel(
            name='Asset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('symbol', models.CharField(max_length=12, unique=True)),
                ('name', models.CharField(max_length=64)),
                ('chain_id', models.PositiveBigIntegerField()),
                ('token', models.CharField(blank=True, max_length=42)),
                ('decimals', models.PositiveSmallIntegerField()),
                ('is_stable', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('chain_id', 'token'), name='asset_once_a_chain')],
            },
        ),
        migrations.CreateModel(
            name='PaymentMethod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=48, unique=True)),
                ('name', models.CharField(max_length=64)),
                ('rail', models.CharField(choices=[('bank-transfer', 'Bank transfer'), ('instant-bank', 'Instant bank transfer'), ('card-wallet', 'Card or wallet'), ('mobile-money', 'Mobile money'), ('cash-in-person', 'Cash in person'), ('cash-by-mail', 'Cash by mail'), ('gift-card', 'Gift card'), ('other', 'Other')], max_length=16)),
                ('reversibility', models.CharField(choices=[('none', 'Cannot be reversed'), ('hours', 'Can be reversed for hours'), ('days', 'Can be reversed for days'), ('months', 'Can be reversed for months')], max_length=8)),
                ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None)),
                ('account_fields', models.JSONField()),
                ('payment_window', models.PositiveIntegerField()),
                ('is_active', models.BooleanField(default=True)),
                ('currencies', models.ManyToManyField(related_name='methods', to='catalog.currency')),
            ],
            options={
                'ordering': ('name',),
            },
        ),
    ]
