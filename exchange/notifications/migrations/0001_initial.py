import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=96)),
                ('kind', models.CharField(choices=[('your-turn', 'Your turn'), ('trade', 'Trade'), ('dispute', 'Dispute'), ('offer', 'Offer'), ('message', 'Message'), ('reminder', 'Reminder'), ('security', 'Security')], max_length=12)),
                ('text', models.CharField(max_length=200)),
                ('path', models.CharField(max_length=200)),
                ('trade_code', models.CharField(blank=True, max_length=8)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('push', 'Browser push')], max_length=8)),
                ('outcome', models.CharField(max_length=12)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('notification', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.notification')),
            ],
        ),
        migrations.CreateModel(
            name='Preferences',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notification_preferences', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('off', models.JSONField(default=dict)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('email_confirmed_at', models.DateTimeField(null=True)),
                ('with_details', models.BooleanField(default=False)),
                ('quiet_from', models.PositiveSmallIntegerField(default=0)),
                ('quiet_to', models.PositiveSmallIntegerField(default=0)),
                ('time_zone', models.CharField(default='UTC', max_length=64)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('quiet_from__lt', 1440), ('quiet_to__lt', 1440)), name='quiet_hours_in_a_day')],
            },
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(max_length=1024)),
                ('label', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['account', '-id'], name='notification_feed'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['account'], name='notification_unread'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('account', 'key'), name='notification_once'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['account', 'channel', '-id'], name='delivery_latest'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('notification__isnull', False)), fields=('notification', 'channel'), name='delivered_once'),
        ),
        migrations.AddConstraint(
            model_name='pushsubscription',
            constraint=models.UniqueConstraint(fields=('account', 'endpoint'), name='push_endpoint_once'),
        ),
    ]
