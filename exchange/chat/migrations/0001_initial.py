import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('trades', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChatLog',
            fields=[
                ('trade', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='chat_log', serialize=False, to='trades.trade')),
                ('head', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ChatSettings',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='chat_settings', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('shows_presence', models.BooleanField(default=True)),
                ('shows_typing', models.BooleanField(default=True)),
                ('shows_read', models.BooleanField(default=True)),
                ('enter_sends', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='PaymentDetails',
            fields=[
                ('trade', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='payment_details', serialize=False, to='trades.trade')),
                ('envelope', models.JSONField()),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=32, unique=True)),
                ('size', models.PositiveIntegerField()),
                ('hashes', models.JSONField()),
                ('root', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='trades.trade')),
            ],
        ),
        migrations.CreateModel(
            name='AttachmentChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.PositiveSmallIntegerField()),
                ('data', models.BinaryField()),
                ('attachment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='chat.attachment')),
            ],
        ),
        migrations.CreateModel(
            name='ChatIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_key', models.CharField(max_length=64)),
                ('wallet_signature', models.CharField(max_length=2048)),
                ('backup', models.TextField(blank=True, max_length=4096)),
                ('created_at', models.DateTimeField()),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='chat_identity', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField()),
                ('n', models.PositiveIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('body', models.JSONField()),
                ('received_at', models.DateTimeField()),
                ('sender', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trade', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='trades.trade')),
            ],
            options={
                'ordering': ('trade_id', 'seq'),
            },
        ),
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delivered', models.PositiveIntegerField(default=0)),
                ('read', models.PositiveIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='read_marks', to='trades.trade')),
            ],
        ),
        migrations.CreateModel(
            name='TradeKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity_key', models.CharField(max_length=64)),
                ('wallet_signature', models.CharField(max_length=2048)),
                ('public_key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chat_keys', to='trades.trade')),
            ],
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['created_at'], name='attachment_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('trade', 'sender', 'root'), name='attachment_once'),
        ),
        migrations.AddConstraint(
            model_name='attachmentchunk',
            constraint=models.UniqueConstraint(fields=('attachment', 'index'), name='attachment_chunk_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('trade', 'seq'), name='message_seq'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('trade', 'sender', 'n'), name='message_no_fork'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('n__gte', 1), ('seq__gte', 1)), name='message_counts_from_one'),
        ),
        migrations.AddConstraint(
            model_name='readmark',
            constraint=models.UniqueConstraint(fields=('trade', 'account'), name='read_mark_once'),
        ),
        migrations.AddConstraint(
            model_name='tradekey',
            constraint=models.UniqueConstraint(fields=('trade', 'account'), name='trade_key_once'),
        ),
    ]
