"""The physician's pages: the queue, the consultation room, prescriptions."""
