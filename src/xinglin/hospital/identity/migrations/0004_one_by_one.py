"""Challenges ask one movement after another: how many were asked, and what was seen so far, sealed and short-lived."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0003_likeness'),
    ]

    operations = [
        migrations.AddField(
            model_name='likenesschallenge',
            name='revealed',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='LikenessEvidence',
            fields=[
                ('challenge', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='evidence', serialize=False, to='identity.likenesschallenge')),
                ('ticket', models.CharField(max_length=40)),
                ('sealed', models.BinaryField()),
                ('still', models.BinaryField(null=True)),
                ('delete_after', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_likeness_evidence',
                'indexes': [models.Index(fields=['delete_after'], name='likeness_evidence_due')],
            },
        ),
    ]
