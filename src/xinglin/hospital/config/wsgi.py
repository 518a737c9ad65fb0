"""The web application (Granian serves it)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
application = get_wsgi_application()

# What has been loaded stays for ever: the collector need not look at it again. A request makes tens of thousands of
# short-lived objects; looking through them every 700 would cost more than a tenth of its time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
