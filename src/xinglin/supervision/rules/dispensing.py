"""What may be handed over: after review, in the order of time, each pack once."""
