"""The web application (Granian serves it)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
application = get_wsgi_application()
