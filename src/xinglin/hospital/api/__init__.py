"""The JSON API at /api/: every verb and the questions a program needs, as thin as the screens beside it."""
