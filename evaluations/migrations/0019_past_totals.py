"""Totals of past years with their log, whose lines can only be added in the database itself."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from ..models import triggers


class Migration(migrations.Migration):

    dependencies = [
        ('criteria', '0008_sets_of_one_place'),
        ('evaluations', '0018_papers_of_past_results'),
        ('units', '0015_placement_ground'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PastTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_name', models.CharField(max_length=200, verbose_name='tên địa bàn cuối năm đó')),
                ('year', models.PositiveSmallIntegerField(verbose_name='năm')),
                ('kind', models.CharField(choices=[('residential_area', 'Khu dân cư'), ('commune', 'Xã, phường, thị trấn'), ('agency', 'Cơ quan'), ('enterprise', 'Doanh nghiệp'), ('school', 'Cơ sở giáo dục')], max_length=20, verbose_name='loại đơn vị')),
                ('total', models.PositiveIntegerField(verbose_name='tổng số')),
                ('registered', models.PositiveIntegerField(blank=True, null=True, verbose_name='số đăng ký')),
                ('met', models.PositiveIntegerField(verbose_name='số đạt')),
                ('paper', models.CharField(blank=True, max_length=250, verbose_name='quyết định, văn bản')),
                ('paper_on', models.DateField(blank=True, null=True, verbose_name='ngày văn bản')),
                ('source', models.CharField(max_length=230, verbose_name='nguồn')),
                ('is_away', models.BooleanField(default=False, verbose_name='đã bỏ')),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='nhập lúc')),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người nhập')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='địa bàn')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='criteria.programme', verbose_name='chương trình')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='tỉnh nhập')),
            ],
            options={
                'verbose_name': 'số tổng của năm trước',
                'verbose_name_plural': 'số tổng của năm trước',
                'ordering': ['-year', 'place__sort_key', 'programme', 'kind', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PastTotalEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_post', models.CharField(max_length=200, verbose_name='chức danh khi đó')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='lúc')),
                ('action', models.CharField(choices=[('record', 'Nhập lại số tổng'), ('correct', 'Sửa số tổng'), ('take_away', 'Bỏ số tổng')], max_length=10, verbose_name='việc')),
                ('before', models.CharField(blank=True, max_length=700, verbose_name='trước đó')),
                ('after', models.CharField(blank=True, max_length=700, verbose_name='ghi thành')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('past_total', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='evaluations.pasttotal', verbose_name='số tổng')),
            ],
            options={
                'verbose_name': 'diễn biến của số tổng',
                'verbose_name_plural': 'diễn biến của số tổng',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='pasttotal',
            constraint=models.UniqueConstraint(fields=('place', 'programme', 'year', 'kind'), name='one_total_a_place_and_kind'),
        ),
        migrations.AddConstraint(
            model_name='pasttotal',
            constraint=models.CheckConstraint(condition=models.Q(('met__lte', models.F('total')), models.Q(('registered__isnull', True), models.Q(('registered__gte', models.F('met')), ('registered__lte', models.F('total'))), _connector='OR')), name='met_registered_total_in_order'),
        ),
        migrations.AddConstraint(
            model_name='pasttotal',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='a_total_has_a_source'),
        ),
        migrations.AddConstraint(
            model_name='pasttotalevent',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_total_changes_for_a_reason'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: triggers.install(schema_editor.connection, triggers.TOTAL_EVENTS),
            lambda apps, schema_editor: triggers.remove(schema_editor.connection, triggers.TOTAL_EVENTS),
        ),
    ]
