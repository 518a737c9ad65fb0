"""Visits and what belongs to them: consent, follow-up evidence, conversation, the record, and the promised response time."""
