import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import exchange.core.ids
import exchange.offers.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Break',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(null=True)),
                ('since', models.DateTimeField()),
                ('maker', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=exchange.core.ids.new_code, editable=False, max_length=8, unique=True)),
                ('side', models.CharField(choices=[('sell', 'Sells'), ('buy', 'Buys')], max_length=4)),
                ('method_keys', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('price_type', models.CharField(choices=[('fixed', 'Fixed'), ('margin', 'Market with a margin'), ('formula', 'Formula')], max_length=8)),
                ('fixed_price', models.DecimalField(blank=True, decimal_places=10, max_digits=28, null=True)),
                ('margin_bps', models.IntegerField(blank=True, null=True)),
                ('floor_price', models.DecimalField(blank=True, decimal_places=10, max_digits=28, null=True)),
                ('ceiling_price', models.DecimalField(blank=True, decimal_places=10, max_digits=28, null=True)),
                ('formula', models.CharField(blank=True, max_length=500)),
                ('formula_price', models.DecimalField(blank=True, decimal_places=10, max_digits=28, null=True)),
                ('formula_until', models.DateTimeField(blank=True, null=True)),
                ('formula_problem', models.CharField(blank=True, choices=[('', 'It gives a price'), ('stale', 'A price in it is too old or missing'), ('undefined', 'It divides by zero or is not above zero'), ('out-of-range', 'It lies too far from the market')], max_length=12)),
                ('min_fiat', models.DecimalField(decimal_places=4, max_digits=20)),
                ('max_fiat', models.DecimalField(decimal_places=4, max_digits=20)),
                ('total_units', models.DecimalField(decimal_places=0, max_digits=78)),
                ('remaining_units', models.DecimalField(decimal_places=0, max_digits=78)),
                ('terms_text', models.TextField(blank=True, max_length=2000)),
                ('payment_window', models.PositiveIntegerField()),
                ('confirm_window', models.PositiveIntegerField()),
                ('arbitration_window', models.PositiveIntegerField()),
                ('fallback_buyer_bps', models.PositiveIntegerField(default=5000)),
                ('approve_by_hand', models.BooleanField(default=False)),
                ('min_finished_trades', models.PositiveIntegerField(default=0)),
                ('first_trade_max', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('open_from', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('open_until', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('open_days', models.PositiveSmallIntegerField(default=127)),
                ('time_zone', models.CharField(blank=True, max_length=64)),
                ('visibility', models.CharField(choices=[('public', 'Everyone, in the book'), ('link', 'Only who has the link')], default='public', max_length=8)),
                ('link_key', models.CharField(default=exchange.offers.models.new_link_key, editable=False, max_length=32)),
                ('hidden', models.CharField(blank=True, choices=[('', 'Shown'), ('break', 'Maker takes a break'), ('hours', 'Outside working hours'), ('empty', 'Less is left than its smallest trade')], default='', max_length=8)),
                ('turns_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('draft', 'Not signed yet'), ('active', 'Active'), ('paused', 'Paused'), ('closed', 'Closed')], default='draft', max_length=8)),
                ('version', models.PositiveIntegerField(default=1)),
                ('typed_data', models.JSONField(default=dict)),
                ('signature', models.CharField(blank=True, max_length=2048)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.asset')),
                ('currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.currency')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to=settings.AUTH_USER_MODEL)),
                ('methods', models.ManyToManyField(related_name='+', to='catalog.paymentmethod')),
            ],
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('sell', 'Sells'), ('buy', 'Buys')], max_length=4)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('query', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.asset')),
                ('currency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.currency')),
                ('method', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.paymentmethod')),
            ],
            options={
                'verbose_name_plural': 'saved searches',
            },
        ),
        migrations.CreateModel(
            name='Sketch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=exchange.core.ids.new_code, editable=False, max_length=8, unique=True)),
                ('offer_version', models.PositiveIntegerField(default=0)),
                ('answers', models.JSONField(default=dict)),
                ('updated_at', models.DateTimeField()),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('offer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='offers.offer')),
            ],
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'sell'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'formula'), ('formula_price__isnull', True)), fields=['asset', 'currency', 'id'], name='book_sell_parked'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'sell'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'formula'), ('formula_price__isnull', False)), fields=['asset', 'currency', 'formula_until'], name='book_sell_late'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'sell'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'fixed')), fields=['asset', 'currency', 'fixed_price', 'id'], name='book_sell_fixed'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'sell'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'margin')), fields=['asset', 'currency', 'margin_bps', 'id'], name='book_sell_margin'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'sell'), ('state', 'active'), ('visibility', 'public'), ('floor_price__isnull', False), ('price_type', 'margin')), fields=['asset', 'currency', 'margin_bps', 'id'], name='book_sell_floor'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'sell'), ('state', 'active'), ('visibility', 'public'), ('ceiling_price__isnull', False), ('price_type', 'margin')), fields=['asset', 'currency', 'ceiling_price', 'id'], name='book_sell_ceiling'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'sell'), ('state', 'active'), ('visibility', 'public'), ('formula_price__isnull', False), ('price_type', 'formula')), fields=['asset', 'currency', 'formula_price', 'id'], name='book_sell_formula'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'buy'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'formula'), ('formula_price__isnull', True)), fields=['asset', 'currency', 'id'], name='book_buy_parked'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'buy'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'formula'), ('formula_price__isnull', False)), fields=['asset', 'currency', 'formula_until'], name='book_buy_late'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'buy'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'fixed')), fields=['asset', 'currency', '-fixed_price', 'id'], name='book_buy_fixed'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'buy'), ('state', 'active'), ('visibility', 'public'), ('price_type', 'margin')), fields=['asset', 'currency', '-margin_bps', 'id'], name='book_buy_margin'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'buy'), ('state', 'active'), ('visibility', 'public'), ('floor_price__isnull', False), ('price_type', 'margin')), fields=['asset', 'currency', '-floor_price', 'id'], name='book_buy_floor'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'buy'), ('state', 'active'), ('visibility', 'public'), ('ceiling_price__isnull', False), ('price_type', 'margin')), fields=['asset', 'currency', '-margin_bps', 'id'], name='book_buy_ceiling'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('hidden', ''), ('side', 'buy'), ('state', 'active'), ('visibility', 'public'), ('formula_price__isnull', False), ('price_type', 'formula')), fields=['asset', 'currency', '-formula_price', 'id'], name='book_buy_formula'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['maker', '-id'], name='offer_of_maker'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['method_keys'], name='book_methods'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('turns_at__isnull', False)), fields=['turns_at'], name='offer_turns'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('price_type', 'formula'), ('state', 'active')), fields=['asset', 'currency', 'formula'], name='offer_formulas'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ceiling_price__isnull', True), ('fixed_price__gt', 0), ('floor_price__isnull', True), ('margin_bps__isnull', True), ('price_type', 'fixed')), models.Q(('fixed_price__isnull', True), ('margin_bps__isnull', False), ('price_type', 'margin')), models.Q(('fixed_price__isnull', True), ('margin_bps__isnull', True), ('price_type', 'formula'), models.Q(('formula', ''), _negated=True)), _connector='OR'), name='offer_has_one_price'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('floor_price__isnull', True), ('floor_price__gt', 0), _connector='OR'), name='offer_floor_positive'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('ceiling_price__isnull', True), models.Q(('ceiling_price__gt', 0), ('floor_price__isnull', True)), ('ceiling_price__gte', models.F('floor_price')), _connector='OR'), name='offer_floor_below_ceiling'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('max_fiat__gte', models.F('min_fiat')), ('min_fiat__gt', 0)), name='offer_limits'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('remaining_units__gte', 0), ('remaining_units__lte', models.F('total_units')), ('total_units__gt', 0)), name='offer_quantity'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('fallback_buyer_bps__lte', 10000)), name='offer_fallback'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('margin_bps__isnull', True), models.Q(('margin_bps__gte', -5000), ('margin_bps__lte', 10000)), _connector='OR'), name='offer_margin_bounds'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('first_trade_max__isnull', True), models.Q(('first_trade_max__gte', models.F('min_fiat')), ('first_trade_max__lte', models.F('max_fiat'))), _connector='OR'), name='offer_first_trade'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('open_from__isnull', True), ('open_until__isnull', True), ('time_zone', '')), models.Q(('open_days__gt', 0), ('open_days__lt', 128), ('open_from__lt', 1440), ('open_until__lte', 1440), models.Q(('time_zone', ''), _negated=True)), _connector='OR'), name='offer_hours'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), models.Q(('signature', ''), _negated=True), _connector='OR'), name='offer_active_is_signed'),
        ),
        migrations.AddIndex(
            model_name='savedsearch',
            index=models.Index(fields=['side', 'asset', 'currency'], name='search_of_pair'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.UniqueConstraint(fields=('account', 'side', 'asset', 'currency', 'query'), name='search_once'),
        ),
        migrations.AddIndex(
            model_name='sketch',
            index=models.Index(fields=['maker', '-updated_at'], name='sketch_of_maker'),
        ),
        migrations.AddConstraint(
            model_name='sketch',
            constraint=models.UniqueConstraint(condition=models.Q(('offer__isnull', False)), fields=('maker', 'offer'), name='sketch_one_edit'),
        ),
    ]
