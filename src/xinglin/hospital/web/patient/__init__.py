"""The patient's pages: phone-sized, one clear next step at a time."""
