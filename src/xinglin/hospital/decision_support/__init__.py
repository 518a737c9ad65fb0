"""Advice to the clinician: the check of medicines, what was accepted of it, and the evidence to replay it."""
