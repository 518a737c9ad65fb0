"""Do two browsers that talk to each other meet? When they do not, the hospital forwards. Pure: time comes in."""

from dataclasses import dataclass


@dataclass
class Meeting:
    """Two browsers of a room. Times in seconds of a clock that never goes back.

    Times apart add up until the two were together for `seconds` without a break: no copy is due from browsers that have
    nothing of each other to return, so saying now and then that they are apart must not keep the copies away for good.
    """

    looked_at: float
    together_since: float | None = None
    apart: float = 0.0

    @property
    def together(self) -> bool:
        """Whether they met when they were last looked at, so that each has something to return."""
        return self.together_since is not None

    def look(self, now: float, *, both: bool, met: bool, seconds: float) -> bool:
        """Whether they were apart for longer than `seconds`. `both`: both sides are here: nobody meets alone."""
        passed, self.looked_at = now - self.looked_at, now
        if both and met:
            if self.together_since is None:
                self.together_since = now
            if now - self.together_since > seconds:
                self.apart = 0.0
            return False
        self.together_since = None
        self.apart += passed if both else 0.0
        return self.apart > seconds
