"""A year keeps who locked it, when and why, and a log of each lock and unlock; what was locked before keeps none."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0008_one_way_of_writing_a_symbol'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='cycle',
            name='lock_reason',
            field=models.TextField(blank=True, verbose_name='lý do khoá sổ'),
        ),
        migrations.AddField(
            model_name='cycle',
            name='locked_at',
            field=models.DateTimeField(null=True, verbose_name='khoá sổ lúc'),
        ),
        migrations.AddField(
            model_name='cycle',
            name='locked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người khoá sổ'),
        ),
        migrations.CreateModel(
            name='CycleEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_post', models.CharField(max_length=200, verbose_name='chức danh khi đó')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='lúc')),
                ('action', models.CharField(choices=[('lock', 'Khoá sổ'), ('unlock', 'Mở lại sổ')], max_length=10, verbose_name='việc')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='evaluations.cycle', verbose_name='kỳ đánh giá')),
            ],
            options={
                'verbose_name': 'diễn biến của kỳ',
                'verbose_name_plural': 'diễn biến của kỳ',
                'ordering': ['at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_lock_has_a_reason')],
            },
        ),
    ]
