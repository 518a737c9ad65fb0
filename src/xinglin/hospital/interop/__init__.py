"""Adapters to the outside, one folder each, each with a mock counterparty that really answers."""
