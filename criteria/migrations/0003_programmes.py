"""Programmes beside safety: grades, caps, preconditions, quotas, dossier papers, streak rules, award bars."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from ..models import triggers


class Migration(migrations.Migration):

    dependencies = [
        ('criteria', '0002_freeze_published'),
        ('units', '0001_facts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite rebuilds tables below, which other tables' triggers would stand in the way of.
        migrations.RunPython(
            lambda apps, schema_editor: triggers.remove(schema_editor.connection),
            lambda apps, schema_editor: triggers.install(schema_editor.connection),
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='base',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='overlays', to='criteria.criteriaset', verbose_name='bổ sung cho bộ'),
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='by_selection',
            field=models.BooleanField(default=False, verbose_name='chỉ xét đơn vị được chọn từ đầu năm'),
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='is_example',
            field=models.BooleanField(default=False, verbose_name='ví dụ, không phải luật'),
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='needed_met',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='số tiêu chí phải đạt'),
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='not_applicable_rule',
            field=models.CharField(blank=True, choices=[('counts', 'Tính là đạt, đủ điểm'), ('omitted', 'Không tính điểm, không tính là đạt')], max_length=10, verbose_name='tiêu chí không áp dụng thì'),
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='points_total',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='tổng điểm chuẩn'),
        ),
        migrations.AddField(
            model_name='criteriaset',
            name='province_code',
            field=models.CharField(blank=True, max_length=10, verbose_name='tỉnh áp dụng'),
        ),
        migrations.AddField(
            model_name='criterion',
            name='derived_from',
            field=models.JSONField(blank=True, default=list, verbose_name='tính trên loại đơn vị'),
        ),
        migrations.AddField(
            model_name='criterion',
            name='follows',
            field=models.CharField(blank=True, max_length=40, verbose_name='kế thừa tiêu chí'),
        ),
        migrations.AddField(
            model_name='legaldocument',
            name='cite',
            field=models.CharField(blank=True, max_length=14, verbose_name='viết tắt khi dẫn điều khoản'),
        ),
        migrations.AddField(
            model_name='legaldocument',
            name='province_code',
            field=models.CharField(blank=True, max_length=10, verbose_name='tỉnh ban hành'),
        ),
        migrations.AddField(
            model_name='legaldocument',
            name='scan_name',
            field=models.CharField(blank=True, max_length=255, verbose_name='tên tệp bản quét'),
        ),
        migrations.AddField(
            model_name='legaldocument',
            name='scan_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='mã nội dung bản quét'),
        ),
        migrations.AddField(
            model_name='legaldocument',
            name='scan_size',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='cỡ tệp bản quét'),
        ),
        migrations.AlterField(
            model_name='criteriaset',
            name='excluded_subtypes',
            field=models.JSONField(blank=True, default=list, verbose_name='không áp dụng cho'),
        ),
        migrations.AlterField(
            model_name='criteriaset',
            name='gaps',
            field=models.JSONField(blank=True, default=list, verbose_name='chỗ chưa đọc được trong văn bản'),
        ),
        migrations.AlterField(
            model_name='criteriaset',
            name='outcome',
            field=models.CharField(choices=[('all_met', 'Đạt mọi tiêu chí'), ('number_met', 'Đạt đủ số tiêu chí'), ('grades', 'Chấm điểm, xếp loại'), ('results_only', 'Chỉ lưu kết quả')], default='all_met', max_length=20, verbose_name='cách kết luận'),
        ),
        migrations.AlterField(
            model_name='criterion',
            name='excuses',
            field=models.JSONField(blank=True, default=list, verbose_name='trường hợp loại trừ'),
        ),
        migrations.CreateModel(
            name='StreakRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='mã')),
                ('name', models.CharField(max_length=200, verbose_name='tên')),
                ('unit_kinds', models.JSONField(verbose_name='áp dụng cho')),
                ('counts', models.JSONField(verbose_name='kết quả được tính')),
                ('missing_year', models.CharField(choices=[('breaks', 'Làm đứt chuỗi năm liên tục'), ('skipped', 'Bỏ qua, không làm đứt chuỗi')], max_length=10, verbose_name='năm không có hồ sơ')),
                ('first_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='tính từ năm')),
                ('province_code', models.CharField(blank=True, max_length=10, verbose_name='tỉnh áp dụng')),
                ('is_example', models.BooleanField(default=False, verbose_name='ví dụ, không phải luật')),
                ('statement', models.TextField(verbose_name='quy tắc tính')),
                ('article', models.CharField(blank=True, max_length=60, verbose_name='căn cứ')),
                ('confidence', models.CharField(choices=[('T', 'Đọc trong văn bản'), ('T*', 'Đọc ở nguồn dẫn lại'), ('I', 'Suy ra, cần xác nhận'), ('N', 'Chưa đọc được')], default='T', max_length=2, verbose_name='độ tin cậy')),
                ('gaps', models.JSONField(blank=True, default=list, verbose_name='chỗ chưa đọc được trong văn bản')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='criteria.legaldocument', verbose_name='văn bản')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='streak_rules', to='criteria.programme', verbose_name='chương trình')),
            ],
            options={
                'verbose_name': 'quy tắc năm liên tục',
                'verbose_name_plural': 'quy tắc năm liên tục',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='AwardBar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bar', models.CharField(choices=[('unsafe', 'Chưa đạt tiêu chuẩn “An toàn về an ninh, trật tự”'), ('weakest', 'Phong trào xếp loại thấp nhất')], max_length=10, verbose_name='không xét khen thưởng khi')),
                ('first_year', models.PositiveSmallIntegerField(verbose_name='từ năm')),
                ('last_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='đến năm')),
                ('ground', models.CharField(max_length=250, verbose_name='căn cứ')),
                ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='đặt lúc')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='tỉnh')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'điều kiện không xét khen thưởng',
                'verbose_name_plural': 'điều kiện không xét khen thưởng',
                'ordering': ['province', 'bar', 'first_year'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('last_year__isnull', True)), fields=('province', 'bar'), name='one_open_bar_a_province')],
            },
        ),
        migrations.CreateModel(
            name='Cap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('best_rank', models.PositiveSmallIntegerField(verbose_name='bậc cao nhất khi không đạt')),
                ('article', models.CharField(blank=True, max_length=60, verbose_name='căn cứ')),
                ('confidence', models.CharField(choices=[('T', 'Đọc trong văn bản'), ('T*', 'Đọc ở nguồn dẫn lại'), ('I', 'Suy ra, cần xác nhận'), ('N', 'Chưa đọc được')], default='T', max_length=2, verbose_name='độ tin cậy')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='caps', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='criteria.criterion', verbose_name='tiêu chí')),
            ],
            options={
                'verbose_name': 'mức khống chế',
                'verbose_name_plural': 'mức khống chế',
                'ordering': ['criteria_set', 'criterion__order'],
                'constraints': [models.UniqueConstraint(fields=('criteria_set', 'criterion'), name='one_cap_a_criterion')],
            },
        ),
        migrations.CreateModel(
            name='DossierPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(verbose_name='thứ tự')),
                ('name', models.CharField(max_length=250, verbose_name='thành phần hồ sơ')),
                ('article', models.CharField(blank=True, max_length=60, verbose_name='căn cứ')),
                ('confidence', models.CharField(choices=[('T', 'Đọc trong văn bản'), ('T*', 'Đọc ở nguồn dẫn lại'), ('I', 'Suy ra, cần xác nhận'), ('N', 'Chưa đọc được')], default='T', max_length=2, verbose_name='độ tin cậy')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
            ],
            options={
                'verbose_name': 'thành phần hồ sơ',
                'verbose_name_plural': 'thành phần hồ sơ',
                'ordering': ['criteria_set', 'order'],
                'constraints': [models.UniqueConstraint(fields=('criteria_set', 'order'), name='one_paper_a_place')],
            },
        ),
        migrations.CreateModel(
            name='Grade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)], verbose_name='bậc')),
                ('label', models.CharField(max_length=60, verbose_name='tên loại')),
                ('lower_bound', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='từ số điểm')),
                ('article', models.CharField(blank=True, max_length=60, verbose_name='căn cứ')),
                ('confidence', models.CharField(choices=[('T', 'Đọc trong văn bản'), ('T*', 'Đọc ở nguồn dẫn lại'), ('I', 'Suy ra, cần xác nhận'), ('N', 'Chưa đọc được')], default='T', max_length=2, verbose_name='độ tin cậy')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grades', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
            ],
            options={
                'verbose_name': 'loại',
                'verbose_name_plural': 'loại',
                'ordering': ['criteria_set', 'rank'],
                'constraints': [models.UniqueConstraint(fields=('criteria_set', 'rank'), name='one_grade_a_rank')],
            },
        ),
        migrations.CreateModel(
            name='Precondition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('years_back', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='kết quả của mấy năm trước')),
                ('worst_rank', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='xếp loại từ bậc')),
                ('best_rank', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='bậc cao nhất khi không có')),
                ('label', models.CharField(max_length=250, verbose_name='điều kiện')),
                ('article', models.CharField(blank=True, max_length=60, verbose_name='căn cứ')),
                ('confidence', models.CharField(choices=[('T', 'Đọc trong văn bản'), ('T*', 'Đọc ở nguồn dẫn lại'), ('I', 'Suy ra, cần xác nhận'), ('N', 'Chưa đọc được')], default='T', max_length=2, verbose_name='độ tin cậy')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='preconditions', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='criteria.programme', verbose_name='chương trình')),
            ],
            options={
                'verbose_name': 'điều kiện',
                'verbose_name_plural': 'điều kiện',
                'ordering': ['criteria_set', 'programme', 'years_back'],
                'constraints': [models.UniqueConstraint(fields=('criteria_set', 'programme', 'years_back'), name='one_precondition_a_programme_and_year')],
            },
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('province', 'cấp tỉnh'), ('district', 'cấp huyện'), ('commune', 'cấp xã')], max_length=10, verbose_name='cấp chọn')),
                ('minimum', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='ít nhất')),
                ('article', models.CharField(blank=True, max_length=60, verbose_name='căn cứ')),
                ('confidence', models.CharField(choices=[('T', 'Đọc trong văn bản'), ('T*', 'Đọc ở nguồn dẫn lại'), ('I', 'Suy ra, cần xác nhận'), ('N', 'Chưa đọc được')], default='T', max_length=2, verbose_name='độ tin cậy')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotas', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
            ],
            options={
                'verbose_name': 'chỉ tiêu lựa chọn',
                'verbose_name_plural': 'chỉ tiêu lựa chọn',
                'ordering': ['criteria_set', 'level'],
                'constraints': [models.UniqueConstraint(fields=('criteria_set', 'level'), name='one_quota_a_level')],
            },
        ),
        migrations.CreateModel(
            name='StreakTitle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('years', models.PositiveSmallIntegerField(verbose_name='số năm liên tục')),
                ('level', models.CharField(choices=[('province', 'cấp tỉnh'), ('district', 'cấp huyện'), ('commune', 'cấp xã')], max_length=10, verbose_name='cấp công nhận')),
                ('title', models.CharField(max_length=200, verbose_name='danh hiệu')),
                ('article', models.CharField(blank=True, max_length=60, verbose_name='căn cứ')),
                ('confidence', models.CharField(choices=[('T', 'Đọc trong văn bản'), ('T*', 'Đọc ở nguồn dẫn lại'), ('I', 'Suy ra, cần xác nhận'), ('N', 'Chưa đọc được')], default='T', max_length=2, verbose_name='độ tin cậy')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='titles', to='criteria.streakrule', verbose_name='quy tắc')),
            ],
            options={
                'verbose_name': 'mốc năm liên tục',
                'verbose_name_plural': 'mốc năm liên tục',
                'ordering': ['rule', 'years'],
                'constraints': [models.UniqueConstraint(fields=('rule', 'years'), name='one_title_a_number_of_years')],
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: triggers.install(schema_editor.connection),
            lambda apps, schema_editor: triggers.remove(schema_editor.connection),
        ),
    ]
