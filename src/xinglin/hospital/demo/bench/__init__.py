"""The benchmark: whole loops a second through HTTP, beside what the machine itself can do.

`people.py` fills an empty database through the bulk doors, `loop.py` walks one loop over HTTP, `generator.py` is the
load in a process of its own, `floor.py` measures bare requests and bare commits, `machine.py` reads memory and CPU of
processes, `page.py` writes docs/reference/benchmarks.md.
"""
