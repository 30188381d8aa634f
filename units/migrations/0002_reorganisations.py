"""Reorganisations, their changes, who took over from whom; versions of units can be searched."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from portal.core.vietnamese import text


def fill_keys(apps, schema_editor):
    """Keys of the names already kept, as new ones are made: those of versions are new, the order of units has changed."""
    for name, fields in (("UnitVersion", ("search_key", "sort_key")), ("Unit", ("sort_key",))):
        model = apps.get_model("units", name)
        last = 0
        while batch := list(model.objects.filter(pk__gt=last).only("name").order_by("pk")[:2000]):
            for row in batch:
                for field in fields:
                    setattr(row, field, getattr(text, field)(row.name))
            model.objects.bulk_update(batch, fields, batch_size=500)
            last = batch[-1].pk
    units = apps.get_model("units", "Unit")
    versions = apps.get_model("units", "UnitVersion")
    kind = units.objects.filter(pk=models.OuterRef("unit")).values("kind")[:1]
    versions.objects.update(kind=models.Subquery(kind))


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0001_facts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveIntegerField(verbose_name='thứ tự')),
                ('action', models.CharField(choices=[('open', 'Thành lập'), ('rename', 'Đổi tên'), ('reclassify', 'Đổi phân loại, giữ mã'), ('transfer', 'Chuyển đơn vị quản lý'), ('merge', 'Nhập toàn bộ vào'), ('split', 'Tách một phần vào'), ('close', 'Kết thúc hoạt động'), ('close_level', 'Kết thúc cả một cấp')], max_length=12, verbose_name='việc')),
                ('key', models.CharField(blank=True, max_length=40, verbose_name='khoá đơn vị mới')),
                ('kind', models.CharField(blank=True, choices=[('province', 'Tỉnh, thành phố'), ('district', 'Cấp huyện'), ('commune', 'Xã, phường, thị trấn'), ('residential_area', 'Khu dân cư'), ('agency', 'Cơ quan'), ('enterprise', 'Doanh nghiệp'), ('school', 'Cơ sở giáo dục')], max_length=20, verbose_name='loại đơn vị')),
                ('subtype', models.CharField(blank=True, choices=[('tinh', 'tỉnh'), ('thanh_pho_tw', 'thành phố trực thuộc Trung ương'), ('huyen', 'huyện'), ('quan', 'quận'), ('thi_xa', 'thị xã'), ('thanh_pho', 'thành phố'), ('xa', 'xã'), ('phuong', 'phường'), ('thi_tran', 'thị trấn'), ('dac_khu', 'đặc khu'), ('thon', 'thôn'), ('ban', 'bản'), ('to_dan_pho', 'tổ dân phố'), ('khu_pho', 'khu phố'), ('co_quan_nha_nuoc', 'cơ quan nhà nước'), ('don_vi_su_nghiep', 'đơn vị sự nghiệp công lập'), ('to_chuc_xa_hoi', 'tổ chức chính trị - xã hội'), ('luc_luong_vu_trang', 'cơ quan thuộc lực lượng vũ trang'), ('dn_lon', 'doanh nghiệp quy mô lớn'), ('dn_vua', 'doanh nghiệp quy mô vừa'), ('dn_nho', 'doanh nghiệp nhỏ, siêu nhỏ'), ('mam_non', 'trường mầm non, nhà trẻ'), ('tieu_hoc', 'trường tiểu học'), ('thcs', 'trường trung học cơ sở'), ('thpt', 'trường trung học phổ thông'), ('cao_dang_dai_hoc', 'trường nghề, cao đẳng, đại học'), ('khong_ro', 'chưa rõ phân loại')], max_length=20, verbose_name='phân loại mới')),
                ('code', models.CharField(blank=True, max_length=20, verbose_name='mã số mới')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='tên mới')),
                ('to_key', models.CharField(blank=True, max_length=40, verbose_name='về đơn vị mới có khoá')),
                ('percent', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='phần (%)')),
                ('is_main', models.BooleanField(default=False, verbose_name='phần chính')),
            ],
            options={
                'verbose_name': 'thay đổi',
                'verbose_name_plural': 'thay đổi',
                'ordering': ['reform', 'order'],
            },
        ),
        migrations.CreateModel(
            name='Lineage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_main', models.BooleanField(verbose_name='nhận phần chính')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='phần (%)')),
                ('on', models.DateField(verbose_name='từ ngày')),
            ],
            options={
                'verbose_name': 'kế thừa',
                'verbose_name_plural': 'kế thừa',
                'ordering': ['on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Reorganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, verbose_name='số, ký hiệu nghị quyết')),
                ('title', models.CharField(max_length=400, verbose_name='trích yếu')),
                ('issuer', models.CharField(max_length=200, verbose_name='cơ quan ban hành')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='ngày ban hành')),
                ('effective_on', models.DateField(verbose_name='có hiệu lực từ ngày')),
                ('streaks', models.CharField(choices=[('carry', 'Theo đơn vị chuyển phần chính sang'), ('lowest', 'Theo đơn vị có số năm ít nhất'), ('restart', 'Tính lại từ đầu')], max_length=10, verbose_name='chuỗi năm liên tục khi sáp nhập')),
                ('open_files', models.CharField(choices=[('finish', 'Làm tiếp dưới tên đơn vị cũ, nơi kế thừa xử lý'), ('carry', 'Chuyển sang đơn vị kế thừa, hồ sơ cũ dừng lại'), ('close', 'Dừng xét trong năm, ghi lý do')], default='finish', max_length=10, verbose_name='hồ sơ đang làm của đơn vị kết thúc')),
                ('gaps', models.JSONField(blank=True, default=list, verbose_name='chỗ chưa có nguồn')),
                ('status', models.CharField(choices=[('draft', 'Dự thảo'), ('applied', 'Đã áp dụng')], default='draft', max_length=10, verbose_name='tình trạng')),
                ('before', models.JSONField(blank=True, editable=False, null=True, verbose_name='trước khi áp dụng')),
                ('is_demo', models.BooleanField(default=False, verbose_name='dữ liệu mẫu')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='lập lúc')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='áp dụng lúc')),
            ],
            options={
                'verbose_name': 'phương án sắp xếp đơn vị',
                'verbose_name_plural': 'phương án sắp xếp đơn vị',
                'ordering': ['-effective_on', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='unitversion',
            name='kind',
            field=models.CharField(choices=[('province', 'Tỉnh, thành phố'), ('district', 'Cấp huyện'), ('commune', 'Xã, phường, thị trấn'), ('residential_area', 'Khu dân cư'), ('agency', 'Cơ quan'), ('enterprise', 'Doanh nghiệp'), ('school', 'Cơ sở giáo dục')], default='', editable=False, max_length=20, verbose_name='loại đơn vị'),
        ),
        migrations.AddField(
            model_name='unitversion',
            name='search_key',
            field=models.CharField(default='', editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='unitversion',
            name='sort_key',
            field=models.CharField(default='', editable=False, max_length=600),
        ),
        migrations.AddIndex(
            model_name='unitversion',
            index=models.Index(fields=['province', 'kind', 'valid_from'], name='version_by_province'),
        ),
        migrations.AddIndex(
            model_name='unitversion',
            index=models.Index(fields=['parent', 'valid_from'], name='version_by_parent'),
        ),
        migrations.AddField(
            model_name='change',
            name='to_unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='về đơn vị'),
        ),
        migrations.AddField(
            model_name='change',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị'),
        ),
        migrations.AddField(
            model_name='lineage',
            name='predecessor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='units.unit', verbose_name='đơn vị trước'),
        ),
        migrations.AddField(
            model_name='lineage',
            name='successor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='origins', to='units.unit', verbose_name='đơn vị sau'),
        ),
        migrations.AddField(
            model_name='reorganisation',
            name='applied_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reorganisation',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reorganisation',
            name='provinces',
            field=models.ManyToManyField(related_name='+', to='units.unit', verbose_name='các tỉnh liên quan'),
        ),
        migrations.AddField(
            model_name='lineage',
            name='reform',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lineage', to='units.reorganisation', verbose_name='phương án'),
        ),
        migrations.AddField(
            model_name='change',
            name='reform',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='units.reorganisation', verbose_name='phương án'),
        ),
        migrations.AddConstraint(
            model_name='lineage',
            constraint=models.UniqueConstraint(fields=('predecessor', 'successor'), name='one_succession_a_pair'),
        ),
        migrations.AddConstraint(
            model_name='lineage',
            constraint=models.UniqueConstraint(condition=models.Q(('is_main', True)), fields=('predecessor',), name='one_main_successor'),
        ),
        migrations.AddConstraint(
            model_name='lineage',
            constraint=models.CheckConstraint(condition=models.Q(('predecessor', models.F('successor')), _negated=True), name='nobody_succeeds_themselves'),
        ),
        migrations.AddConstraint(
            model_name='change',
            constraint=models.UniqueConstraint(fields=('reform', 'order'), name='one_change_a_place'),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
