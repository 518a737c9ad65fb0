"""The screens, one folder per person who looks at them. Nothing here decides."""
