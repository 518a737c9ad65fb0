"""People, institutions, real-name checks, credentials, roles and keys: who someone is and what they may be here."""
