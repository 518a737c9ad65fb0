"""The regulator's board."""
