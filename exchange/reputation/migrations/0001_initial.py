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
            name='Standing',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='standing', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('finished', models.PositiveIntegerField(default=0)),
                ('abandoned', models.PositiveIntegerField(default=0)),
                ('disputes', models.PositiveIntegerField(default=0)),
                ('disputes_lost', models.PositiveIntegerField(default=0)),
                ('partners', models.PositiveIntegerField(default=0)),
                ('median_release', models.PositiveIntegerField(null=True)),
                ('median_payment', models.PositiveIntegerField(null=True)),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_good', models.BooleanField()),
                ('text', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField()),
                ('reply', models.CharField(blank=True, max_length=500)),
                ('replied_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feedback_given', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feedback_received', to=settings.AUTH_USER_MODEL)),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feedback', to='trades.trade')),
            ],
            options={
                'indexes': [models.Index(fields=['subject', '-id'], name='feedback_about')],
                'constraints': [models.UniqueConstraint(fields=('trade', 'author'), name='feedback_once')],
            },
        ),
    ]
