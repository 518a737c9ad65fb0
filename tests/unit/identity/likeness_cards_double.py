"""A reader of cards for tests: it answers with whatever the test wrote on the card."""

from types import MappingProxyType
from typing import Any

import numpy as np

from xinglin.biometrics.card_fields import Field
from xinglin.biometrics.cards import BadCard, CardReading, Problem
from xinglin.biometrics.faces import Pixels
from xinglin.biometrics.manifest import Engine

WRITTEN: dict[str, Any] = {"front": {}, "back": {}, "refuses": "", "unsure": []}
"""What the next reading says; tests write into it through the `on_the_card` fixture, which clears it."""


class WrittenCards:
    """See the module."""

    @property
    def engine(self) -> Engine:
        return Engine("written-cards", "1", "cards", (), MappingProxyType({"field_sure": 0.9}), ())

    def read(self, pixels: Pixels, side: str) -> CardReading:
        if WRITTEN["refuses"]:
            raise BadCard(WRITTEN["refuses"])
        fields = {name: Field(value, 0.97, row) for row, (name, value) in enumerate(WRITTEN[side].items())}
        height, width = pixels.shape[:2]
        corners = np.array([[width // 2, 0], [width, 0], [width, height], [width // 2, height]], np.float64)
        return CardReading(
            "front" if side == "front" else "back",
            MappingProxyType(fields),
            tuple(Problem("unsure", name) for name in WRITTEN["unsure"]),
            corners if side == "front" else None,
            self.engine.name,
        )
