"""Visits and what belongs to them: consent, follow-up evidence, conversation, record, promised response time."""
