"""Statistics over many cases, computed before any rule looks: practices of practitioners, groups of persons, likeness.

They take rows of the lake (mappings of facts by path) and give rows of its tables `practices` and `rings`. They know no
law and no threshold of a rule: a number stands for itself.
"""
