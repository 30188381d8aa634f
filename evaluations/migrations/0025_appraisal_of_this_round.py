from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0024_original_of_a_paper")]

    operations = [
        migrations.AddField(
            model_name="evaluation",
            name="is_being_appraised",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="đã bắt đầu thẩm định"
            ),
        ),
    ]
