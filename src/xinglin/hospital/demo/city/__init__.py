"""A made city as a pure function of seed, scale, day and price list. Nothing here knows a database or a clock.

>>> from xinglin.hospital.demo.city.places import primary_count
>>> primary_count(scale=1)
267
"""
