"""Who may practise: the register, the years, the proof of identity, the right to be paid."""
