import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('trades', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity_key', models.CharField(max_length=64)),
                ('wallet_signature', models.CharField(max_length=2048)),
                ('public_key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, choices=[('not-received', 'The money has not arrived'), ('not-released', 'I paid and the coins are not released'), ('wrong-amount', 'The amount is wrong'), ('other-name', 'It came from another name'), ('no-answer', 'The other side does not answer'), ('asked-off-site', 'I was asked to leave the site'), ('reversed', 'The payment was reversed'), ('other', 'Something else')], max_length=16)),
                ('opened_at', models.DateTimeField()),
                ('rule_by', models.DateTimeField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('arbiter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trade', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='case', to='trades.trade')),
            ],
        ),
        migrations.CreateModel(
            name='Disclosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(max_length=42)),
                ('n', models.PositiveIntegerField()),
                ('sealed', models.CharField(max_length=128)),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case_key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='disputes.casekey')),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='disputes.dispute')),
            ],
        ),
        migrations.AddField(
            model_name='casekey',
            name='dispute',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_keys', to='disputes.dispute'),
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(max_length=500)),
                ('manifest', models.CharField(max_length=2048)),
                ('size', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('chunk_count', models.PositiveSmallIntegerField()),
                ('sealed', models.JSONField()),
                ('at', models.DateTimeField()),
                ('complete_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='disputes.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.PositiveSmallIntegerField()),
                ('data', models.BinaryField()),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='disputes.evidence')),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller'), ('both', 'Both')], max_length=6)),
                ('text', models.TextField(max_length=1000)),
                ('due_at', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('arbiter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='disputes.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='PanelSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('panel', models.CharField(max_length=42)),
                ('since', models.DateTimeField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Recusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
                ('arbiter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='disputes.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='Ruling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('buyer_bps', models.PositiveIntegerField()),
                ('reason_code', models.PositiveSmallIntegerField(choices=[(1, 'The buyer paid in full'), (2, 'The buyer did not pay'), (3, 'The buyer paid in part'), (4, 'The payment came from a third party'), (5, 'The payment was reversed'), (6, 'Neither side proved its case'), (7, 'One side broke the rules')])),
                ('findings', models.TextField(max_length=5000)),
                ('private_note', models.TextField(blank=True, max_length=2000)),
                ('signature', models.CharField(blank=True, max_length=2048)),
                ('valid_until', models.DateTimeField(null=True)),
                ('at', models.DateTimeField()),
                ('arbiter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ruling', to='disputes.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='RulingSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(max_length=132)),
                ('at', models.DateTimeField()),
                ('ruling', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='disputes.ruling')),
                ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('not-received', 'The money has not arrived'), ('not-released', 'I paid and the coins are not released'), ('wrong-amount', 'The amount is wrong'), ('other-name', 'It came from another name'), ('no-answer', 'The other side does not answer'), ('asked-off-site', 'I was asked to leave the site'), ('reversed', 'The payment was reversed'), ('other', 'Something else')], max_length=16)),
                ('wish_bps', models.PositiveIntegerField()),
                ('text', models.TextField(max_length=5000)),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='disputes.dispute')),
            ],
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['rule_by'], name='dispute_queue'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.UniqueConstraint(fields=('case_key', 'account', 'sender', 'n'), name='disclosure_once'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('n__gte', 1)), name='disclosure_counts_from_one'),
        ),
        migrations.AddConstraint(
            model_name='casekey',
            constraint=models.UniqueConstraint(fields=('dispute', 'account'), name='case_key_once'),
        ),
        migrations.AddConstraint(
            model_name='evidencechunk',
            constraint=models.UniqueConstraint(fields=('evidence', 'n'), name='evidence_chunk_once'),
        ),
        migrations.AddConstraint(
            model_name='panelseat',
            constraint=models.UniqueConstraint(fields=('panel', 'member'), name='panel_seat_once'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.UniqueConstraint(fields=('dispute', 'arbiter'), name='recusal_once'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(('buyer_bps__lte', 10000)), name='ruling_share'),
        ),
        migrations.AddConstraint(
            model_name='rulingsignature',
            constraint=models.UniqueConstraint(fields=('ruling', 'signer'), name='ruling_signed_once'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('wish_bps__lte', 10000)), name='statement_wish'),
        ),
    ]
