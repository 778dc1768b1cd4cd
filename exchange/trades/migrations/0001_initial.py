import django.db.models.deletion
import django.db.models.expressions
import exchange.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        ('offers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EventCursor',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('position', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Trade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=exchange.core.ids.new_code, editable=False, max_length=8, unique=True)),
                ('offer_version', models.PositiveIntegerField()),
                ('amount', models.DecimalField(decimal_places=0, max_digits=78)),
                ('amount_fiat', models.DecimalField(decimal_places=4, max_digits=20)),
                ('price', models.DecimalField(decimal_places=10, max_digits=28)),
                ('price_snapshot', models.JSONField()),
                ('chain_id', models.PositiveBigIntegerField()),
                ('contract', models.CharField(max_length=42)),
                ('trade_id', models.CharField(max_length=66, unique=True)),
                ('terms', models.JSONField()),
                ('details', models.JSONField()),
                ('maker_consent', models.JSONField(default=dict)),
                ('needs_maker_signature', models.BooleanField(default=False)),
                ('maker_signature', models.CharField(blank=True, max_length=2048)),
                ('taker_signature', models.CharField(blank=True, max_length=2048)),
                ('state', models.CharField(choices=[('requested', 'Waiting for maker'), ('agreed', 'Waiting for escrow'), ('funded', 'Locked'), ('paid', 'Marked paid'), ('disputed', 'In dispute'), ('released', 'Completed'), ('refunded', 'Refunded'), ('resolved', 'Resolved'), ('expired', 'Expired'), ('cancelled', 'Cancelled'), ('declined', 'Declined')], max_length=12)),
                ('version', models.PositiveIntegerField(default=1)),
                ('last_event_id', models.BigIntegerField(null=True)),
                ('is_frozen', models.BooleanField(default=False)),
                ('holds_units', models.BooleanField(default=True)),
                ('is_late_lock', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('deadline', models.DateTimeField(null=True)),
                ('lock_by', models.DateTimeField()),
                ('pay_by', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(null=True)),
                ('funded_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('disputed_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('outcome', models.JSONField(default=dict)),
                ('to_buyer', models.DecimalField(decimal_places=0, max_digits=78, null=True)),
                ('to_seller', models.DecimalField(decimal_places=0, max_digits=78, null=True)),
                ('fee', models.DecimalField(decimal_places=0, max_digits=78, null=True)),
                ('arbiter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.asset')),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='purchases', to=settings.AUTH_USER_MODEL)),
                ('currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.currency')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('method', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.paymentmethod')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trades', to='offers.offer')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sales', to=settings.AUTH_USER_MODEL)),
                ('taker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PayerName',
            fields=[
                ('trade', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='payer_name', serialize=False, to='trades.trade')),
                ('commitment', models.CharField(max_length=64)),
                ('sealed', models.JSONField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SettleProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('buyer_bps', models.PositiveIntegerField()),
                ('signature', models.CharField(max_length=2048)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='trades.trade')),
            ],
        ),
        migrations.CreateModel(
            name='TimelineEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=32)),
                ('actor', models.CharField(max_length=42)),
                ('data', models.JSONField(default=dict)),
                ('tx_hash', models.CharField(blank=True, max_length=66)),
                ('block_number', models.PositiveBigIntegerField(null=True)),
                ('event_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('previous', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='timeline', to='trades.trade')),
            ],
            options={
                'ordering': ('trade_id', 'n'),
            },
        ),
        migrations.CreateModel(
            name='TransactionHint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(max_length=66)),
                ('created_at', models.DateTimeField()),
                ('state', models.CharField(default='unknown', max_length=8)),
                ('nonce', models.PositiveBigIntegerField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transactions', to='trades.trade')),
            ],
        ),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(fields=['seller', '-id'], name='trade_of_seller'),
        ),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(fields=['buyer', '-id'], name='trade_of_buyer'),
        ),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(fields=['taker', '-id'], name='trade_of_taker'),
        ),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(condition=models.Q(('arbiter__isnull', False)), fields=['arbiter', '-id'], name='trade_of_arbiter'),
        ),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(condition=models.Q(('state__in', ['agreed', 'requested'])), fields=['deadline'], name='trade_deadline_before_lock'),
        ),
        migrations.AddConstraint(
            model_name='trade',
            constraint=models.CheckConstraint(condition=models.Q(('seller', models.F('buyer')), _negated=True), name='trade_has_two_parties'),
        ),
        migrations.AddConstraint(
            model_name='trade',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount_fiat__gt', 0), ('price__gt', 0)), name='trade_amounts'),
        ),
        migrations.AddConstraint(
            model_name='trade',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['disputed', 'funded', 'paid', 'refunded', 'released', 'resolved']), _negated=True), ('last_event_id__isnull', False), _connector='OR'), name='trade_money_state_has_event'),
        ),
        migrations.AddConstraint(
            model_name='trade',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['refunded', 'released', 'resolved']), _negated=True), models.Q(('amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('to_buyer'), '+', models.F('to_seller')), '+', models.F('fee'))), ('fee__isnull', False), ('to_buyer__isnull', False), ('to_seller__isnull', False)), _connector='OR'), name='trade_pays_out_what_it_held'),
        ),
        migrations.AddConstraint(
            model_name='trade',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deadline__isnull', True), ('finished_at__isnull', False), ('state__in', ['cancelled', 'declined', 'expired', 'refunded', 'released', 'resolved'])), models.Q(models.Q(('state__in', ['cancelled', 'declined', 'expired', 'refunded', 'released', 'resolved']), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='trade_end_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='settleproposal',
            constraint=models.UniqueConstraint(fields=('trade', 'account'), name='proposal_once_a_party'),
        ),
        migrations.AddConstraint(
            model_name='settleproposal',
            constraint=models.CheckConstraint(condition=models.Q(('buyer_bps__lte', 10000)), name='proposal_share'),
        ),
        migrations.AddConstraint(
            model_name='timelineentry',
            constraint=models.UniqueConstraint(fields=('trade', 'n'), name='timeline_gapless'),
        ),
        migrations.AddConstraint(
            model_name='transactionhint',
            constraint=models.UniqueConstraint(fields=('trade', 'hash'), name='transaction_told_once'),
        ),
    ]
