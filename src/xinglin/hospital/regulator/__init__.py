"""The regulator: every institution with the state of its journal, verified on demand. Reads all, writes little."""
