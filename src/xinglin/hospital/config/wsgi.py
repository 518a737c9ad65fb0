"""The web application (Granian serves it)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from xinglin.clinical.assessment.diagnosing import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
application = get_wsgi_application()

# The tables of diagnosis take seconds to load. They are loaded before the first request, so that nobody's first
# message waits for them.
warm_up()

# What has been loaded stays for ever: the collector need not look at it again. A request makes tens of thousands of
# short-lived objects; looking through them every 700 would cost more than a tenth of its time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
