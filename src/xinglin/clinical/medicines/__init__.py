"""An order read, assessed against the tables, and told as cards."""
