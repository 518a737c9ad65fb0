"""The insurer's settlement platform. `demo` is the counterparty of the demonstration, with its own books and sums."""
