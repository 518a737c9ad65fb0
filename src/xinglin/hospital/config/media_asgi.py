"""What the application server loads for the media process: Django first, then the application that asks its modules."""

import os
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
django.setup()
application = import_module("xinglin.hospital.config.media").Application()
