"""The medical affairs desk: who may practise here, where, and until when. The next thing to decide comes first."""
