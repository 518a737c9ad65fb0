"""Xinglin (杏林): an internet hospital that supervises itself. One rule, three moments, one verdict."""
