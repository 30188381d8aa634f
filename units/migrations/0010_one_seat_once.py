"""One seat is taken once: an account, or an official post, sits on a committee once from one day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0009_double_seats'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('is_double', False), ('user__isnull', False)), fields=('committee', 'user', 'valid_from'), name='one_seat_an_account'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('is_double', False), ('user__isnull', True)), fields=('committee', 'post', 'host_post', 'valid_from'), name='one_seat_a_post'),
        ),
    ]
