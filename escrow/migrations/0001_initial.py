import django.contrib.postgres.fields
import django.db.models.deletion
import escrow.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ChainReport',
            fields=[
                ('chain_id', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('nodes', models.JSONField(default=list)),
                ('disagree_since', models.DateTimeField(null=True)),
                ('reconciled_block', models.BigIntegerField(default=-1)),
                ('reconciled_at', models.DateTimeField(null=True)),
                ('differing', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None)),
                ('sums_differ', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Cursor',
            fields=[
                ('chain_id', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('block_number', models.BigIntegerField()),
                ('block_hash', escrow.fields.Bytes32Field(blank=True, max_length=66)),
                ('head_number', models.BigIntegerField(default=-1)),
                ('final_number', models.BigIntegerField(default=-1)),
                ('head_time', models.PositiveBigIntegerField(default=0)),
                ('polled_at', models.DateTimeField(null=True)),
                ('alarm_at', models.DateTimeField(null=True)),
                ('alarm_trades', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=66), default=list, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='FinalCounter',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('last', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='KeeperState',
            fields=[
                ('chain_id', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('address', escrow.fields.AddressField(blank=True, max_length=42)),
                ('epoch', models.PositiveBigIntegerField(default=0)),
                ('heartbeat_at', models.DateTimeField(null=True)),
                ('balance', escrow.fields.Uint256Field(decimal_places=0, default=0, max_digits=78)),
                ('trouble', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain_id', models.PositiveBigIntegerField()),
                ('number', models.PositiveBigIntegerField()),
                ('hash', escrow.fields.Bytes32Field(max_length=66)),
                ('parent_hash', escrow.fields.Bytes32Field(max_length=66)),
                ('timestamp', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('chain_id', 'number'), name='block_one_a_height')],
            },
        ),
        migrations.CreateModel(
            name='ChainEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain_id', models.PositiveBigIntegerField()),
                ('contract', escrow.fields.AddressField(max_length=42)),
                ('block_number', models.PositiveBigIntegerField()),
                ('block_hash', escrow.fields.Bytes32Field(max_length=66)),
                ('block_time', models.PositiveBigIntegerField()),
                ('tx_hash', escrow.fields.Bytes32Field(max_length=66)),
                ('log_index', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=16)),
                ('trade_id', escrow.fields.Bytes32Field(blank=True, max_length=66)),
                ('payload', models.TextField()),
                ('state', models.CharField(choices=[('seen', 'Seen'), ('final', 'Final'), ('orphaned', 'Orphaned')], max_length=8)),
                ('final_seq', models.PositiveBigIntegerField(null=True, unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['trade_id', 'block_number', 'log_index'], name='event_of_trade'), models.Index(condition=models.Q(('state', 'seen')), fields=['chain_id', 'block_number'], name='event_not_final'), models.Index(fields=['tx_hash'], name='event_of_transaction')],
                'constraints': [models.UniqueConstraint(fields=('chain_id', 'block_number', 'log_index', 'block_hash'), name='event_once'), models.CheckConstraint(condition=models.Q(models.Q(('final_seq__isnull', False), ('state', 'final')), models.Q(models.Q(('state', 'final'), _negated=True), ('final_seq__isnull', True)), _connector='OR'), name='event_final_has_position')],
            },
        ),
        migrations.CreateModel(
            name='Credit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain_id', models.PositiveBigIntegerField()),
                ('contract', escrow.fields.AddressField(max_length=42)),
                ('account', escrow.fields.AddressField(max_length=42)),
                ('token', escrow.fields.AddressField(max_length=42)),
                ('head_amount', escrow.fields.Uint256Field(decimal_places=0, default=0, max_digits=78)),
                ('final_amount', escrow.fields.Uint256Field(decimal_places=0, default=0, max_digits=78)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('chain_id', 'contract', 'account', 'token'), name='credit_once')],
            },
        ),
        migrations.CreateModel(
            name='Escrow',
            fields=[
                ('trade_id', escrow.fields.Bytes32Field(max_length=66, primary_key=True, serialize=False)),
                ('chain_id', models.PositiveBigIntegerField()),
                ('contract', escrow.fields.AddressField(max_length=42)),
                ('seller', escrow.fields.AddressField(max_length=42)),
                ('buyer', escrow.fields.AddressField(max_length=42)),
                ('token', escrow.fields.AddressField(max_length=42)),
                ('amount', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('arbiter', escrow.fields.AddressField(max_length=42)),
                ('fee_recipient', escrow.fields.AddressField(max_length=42)),
                ('fee_bps', models.PositiveIntegerField()),
                ('pay_by', models.PositiveBigIntegerField()),
                ('confirm_window', models.PositiveBigIntegerField()),
                ('arbitration_window', models.PositiveBigIntegerField()),
                ('fallback_buyer_bps', models.PositiveIntegerField()),
                ('details', escrow.fields.Bytes32Field(max_length=66)),
                ('salt', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('head_status', models.CharField(choices=[('none', 'none'), ('funded', 'funded'), ('paid', 'paid'), ('disputed', 'disputed'), ('released', 'released'), ('refunded', 'refunded'), ('resolved', 'resolved')], max_length=8)),
                ('head_deadline', models.PositiveBigIntegerField()),
                ('head_block', models.PositiveBigIntegerField()),
                ('head_tx_hash', escrow.fields.Bytes32Field(max_length=66)),
                ('head_to_buyer', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('head_to_seller', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('head_fee', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('final_status', models.CharField(choices=[('none', 'none'), ('funded', 'funded'), ('paid', 'paid'), ('disputed', 'disputed'), ('released', 'released'), ('refunded', 'refunded'), ('resolved', 'resolved')], max_length=8)),
                ('final_deadline', models.PositiveBigIntegerField()),
                ('final_block', models.PositiveBigIntegerField(null=True)),
                ('final_tx_hash', escrow.fields.Bytes32Field(blank=True, max_length=66)),
                ('final_to_buyer', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('final_to_seller', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('final_fee', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('head_status__in', ['funded', 'paid', 'disputed'])), fields=['head_deadline'], name='escrow_due'), models.Index(fields=['token', 'head_status'], name='escrow_sums')],
            },
        ),
        migrations.CreateModel(
            name='Intent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=200, unique=True)),
                ('purpose', models.CharField(max_length=32)),
                ('trade_id', escrow.fields.Bytes32Field(max_length=66)),
                ('account', escrow.fields.AddressField(blank=True, max_length=42)),
                ('chain_id', models.PositiveBigIntegerField()),
                ('to', escrow.fields.AddressField(max_length=42)),
                ('data', models.TextField()),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sent', 'Sent'), ('mined', 'Mined'), ('failed', 'Failed'), ('dropped', 'Dropped')], default='queued', max_length=8)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('due_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('sender', escrow.fields.AddressField(blank=True, max_length=42)),
                ('nonce', models.PositiveBigIntegerField(null=True)),
                ('tx_hash', escrow.fields.Bytes32Field(blank=True, max_length=66)),
                ('sent_at', models.DateTimeField(null=True)),
                ('cost', escrow.fields.Uint256Field(decimal_places=0, default=0, max_digits=78)),
                ('paid', escrow.fields.Uint256Field(decimal_places=0, default=0, max_digits=78)),
                ('block_number', models.PositiveBigIntegerField(null=True)),
                ('block_hash', escrow.fields.Bytes32Field(blank=True, max_length=66)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['due_at', 'created_at'], name='intent_queue'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['chain_id', 'nonce'], name='intent_open'), models.Index(fields=['trade_id', 'created_at'], name='intent_of_trade'), models.Index(fields=['account', 'created_at'], name='intent_of_account')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('nonce__isnull', False)), fields=('chain_id', 'sender', 'nonce'), name='intent_nonce_once'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'mined']), _negated=True), ('nonce__isnull', False), _connector='OR'), name='intent_sent_has_nonce')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain_id', models.PositiveBigIntegerField()),
                ('sender', escrow.fields.AddressField(max_length=42)),
                ('nonce', models.PositiveBigIntegerField()),
                ('tx_hash', escrow.fields.Bytes32Field(max_length=66, unique=True)),
                ('raw', models.TextField()),
                ('gas', models.PositiveBigIntegerField()),
                ('max_fee', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('tip', escrow.fields.Uint256Field(decimal_places=0, max_digits=78)),
                ('created_at', models.DateTimeField()),
                ('broadcast_at', models.DateTimeField(null=True)),
                ('intent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='escrow.intent')),
            ],
            options={
                'indexes': [models.Index(fields=['chain_id', 'sender', 'nonce'], name='attempt_nonce')],
            },
        ),
    ]
