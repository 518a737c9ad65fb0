"""What every screen shares: the page frame, the actor at the door, language and theme, live updates."""
