"""Text messages. `echo` is the demonstration's counterparty: no phones, the message stands on the page."""
