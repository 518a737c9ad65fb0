"""Registering, signing in, choosing a physician, applying to practise: who someone is, on the screen."""
