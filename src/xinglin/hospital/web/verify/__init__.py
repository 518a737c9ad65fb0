"""The public pages on which anyone verifies a prescription, and gets what is needed to do so without a network."""
