"""The population register. `demo` is the counterparty of the demonstration, with people and rules of its own."""
