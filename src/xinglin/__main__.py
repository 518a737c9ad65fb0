"""`python -m xinglin` is the same as the command `xinglin`."""

from xinglin.cli import main

main()
