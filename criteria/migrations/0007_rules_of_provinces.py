"""A province's own rules: drafted, published, held from a day to a day; what was done to them is kept."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('criteria', '0006_bar_programme_required'),
        ('units', '0015_placement_ground'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('drafted', 'Lập bản thảo'), ('changed', 'Sửa'), ('published', 'Ban hành'), ('ended', 'Cho thôi áp dụng')], max_length=10, verbose_name='việc')),
                ('what', models.TextField(blank=True, verbose_name='nội dung')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='lúc')),
            ],
            options={
                'verbose_name': 'việc đã làm với quy tắc của tỉnh',
                'verbose_name_plural': 'việc đã làm với quy tắc của tỉnh',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='awardbar',
            name='one_open_bar_a_programme',
        ),
        migrations.AddField(
            model_name='awardbar',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='criteria.legaldocument', verbose_name='văn bản'),
        ),
        migrations.AddField(
            model_name='awardbar',
            name='status',
            field=models.CharField(choices=[('draft', 'Bản thảo'), ('published', 'Đã ban hành'), ('retired', 'Hết áp dụng')], default='published', max_length=10, verbose_name='tình trạng'),
        ),
        migrations.AddField(
            model_name='streakrule',
            name='status',
            field=models.CharField(choices=[('draft', 'Bản thảo'), ('published', 'Đã ban hành'), ('retired', 'Hết áp dụng')], default='published', max_length=10, verbose_name='tình trạng'),
        ),
        migrations.AddField(
            model_name='streakrule',
            name='valid_from',
            field=models.DateField(blank=True, null=True, verbose_name='hiệu lực từ ngày'),
        ),
        migrations.AddField(
            model_name='streakrule',
            name='valid_to',
            field=models.DateField(blank=True, null=True, verbose_name='đến hết ngày'),
        ),
        migrations.AddConstraint(
            model_name='awardbar',
            constraint=models.UniqueConstraint(condition=models.Q(('last_year__isnull', True), models.Q(('status', 'draft'), _negated=True)), fields=('province', 'bar', 'programme'), name='one_open_bar_a_programme'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='bar',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='criteria.awardbar', verbose_name='điều kiện không xét khen thưởng'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='criteria.streakrule', verbose_name='quy tắc năm liên tục'),
        ),
        migrations.AddConstraint(
            model_name='ruleevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bar__isnull', True), ('rule__isnull', False)), models.Q(('bar__isnull', False), ('rule__isnull', True)), _connector='OR'), name='event_of_one_rule'),
        ),
    ]
