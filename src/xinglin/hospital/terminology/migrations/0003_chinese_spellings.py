from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("terminology", "0002_trigrams")]
    operations = [
        migrations.AddIndex(
            model_name="term",
            index=models.Index(
                condition=models.Q(("form__in", [1, 3, 9])),
                fields=["catalogue"],
                include=["spelling", "code", "form"],
                name="terminology_term_chinese",
            ),
        ),
    ]
