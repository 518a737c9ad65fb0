"""What lies around a case: the adapter of supervision's port, which asks the modules of this installation."""
