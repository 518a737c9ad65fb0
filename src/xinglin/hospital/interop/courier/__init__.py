"""Couriers: the adapter of the pharmacy's port, with a mock counterparty that answers as a courier would."""
