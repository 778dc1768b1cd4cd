from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='SourceHealth',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('succeeded_at', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
                ('last_failure', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'verbose_name_plural': 'source health',
            },
        ),
        migrations.CreateModel(
            name='Leap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset', models.CharField(max_length=12)),
                ('currency', models.CharField(max_length=3)),
                ('price', models.DecimalField(decimal_places=10, max_digits=28)),
                ('since', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('asset', 'currency'), name='leap_once_a_pair')],
            },
        ),
        migrations.CreateModel(
            name='MedianPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset', models.CharField(max_length=12)),
                ('currency', models.CharField(max_length=3)),
                ('price', models.DecimalField(decimal_places=10, max_digits=28)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('asset', 'currency', 'at'), name='median_once_a_moment')],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=32)),
                ('asset', models.CharField(max_length=12)),
                ('currency', models.CharField(max_length=3)),
                ('price', models.DecimalField(decimal_places=10, max_digits=28)),
                ('observed_at', models.DateTimeField()),
                ('via', models.CharField(blank=True, max_length=3)),
                ('rate', models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ('rate_source', models.CharField(blank=True, max_length=32)),
                ('rate_at', models.DateTimeField(null=True)),
                ('held', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('asset', 'currency', 'source'), name='reading_latest_of_source'), models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='reading_positive'), models.CheckConstraint(condition=models.Q(models.Q(('rate__isnull', True), ('rate_at__isnull', True), ('rate_source', ''), ('via', '')), models.Q(('rate__gt', 0), ('rate_at__isnull', False), models.Q(('via', ''), _negated=True), models.Q(('rate_source', ''), _negated=True)), _connector='OR'), name='reading_cross_is_whole')],
            },
        ),
        migrations.CreateModel(
            name='ReferenceRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=32)),
                ('base', models.CharField(max_length=3)),
                ('currency', models.CharField(max_length=3)),
                ('rate', models.DecimalField(decimal_places=12, max_digits=30)),
                ('published_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'currency'), name='rate_latest_of_source'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='rate_positive')],
            },
        ),
    ]
