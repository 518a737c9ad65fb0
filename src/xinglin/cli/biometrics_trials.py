"""`xinglin biometrics evaluate-voices` and `read-cards`: labelled recordings and pictures through the engines.

Nothing that was read from a card leaves here, only whether it was right: a folder of real cards may be measured.
"""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from xinglin.biometrics import sound
from xinglin.biometrics.card_fields import BACK, FRONT
from xinglin.biometrics.errors import BadImage, BadSound, BiometricError
from xinglin.biometrics.evaluating import BadRow, Outcome, Pair, Rate, exact_match, rate
from xinglin.biometrics.matching import Vector, averaged, cosine
from xinglin.biometrics.pictures import MAX_BYTES, decode
from xinglin.cli import frame
from xinglin.cli.biometrics_faces import BadInput, Evaluation, load

if TYPE_CHECKING:
    from xinglin.biometrics.cards import CardReader, Side
    from xinglin.biometrics.voices import Voices

PAIRS_MAX = 2_000_000
"""More pairs than these fill the memory of an ordinary machine: fewer recordings a speaker say as much."""
TRUTHS = ("truth.jsonl", "truth.csv")


# VOICES


@dataclass
class _Ear:
    """Hears each file once and remembers it."""

    voices: Voices
    done: Evaluation
    heard: dict[Path, tuple[Vector | None, str]] = field(default_factory=dict)
    seconds: float = 0.0

    def voice(self, path: Path) -> tuple[Vector | None, str]:
        """The voice in a file, or why there is none."""
        if path not in self.heard:
            self.heard[path] = self._listen(path)
        return self.heard[path]

    def _listen(self, path: Path) -> tuple[Vector | None, str]:
        limit = self.voices.engine.limit
        try:
            if path.stat().st_size > sound.BYTES_MAX:
                raise BadSound("too_large")
            came = sound.decode(path.read_bytes())
            quality = sound.hear(came.samples, speech_seconds_min=limit("least_speech_seconds"))
            if not quality.clean:
                return None, " ".join(sorted(quality.flaws))
            began = time.thread_time()
            vector = self.voices.embed(came.samples)
        except OSError as fault:
            return None, f"cannot be read ({fault.strerror})"
        except BadSound as fault:
            return None, fault.dotted
        self.done.spent.setdefault("embed", []).append(time.thread_time() - began)
        self.seconds += came.seconds
        return vector, ""


@dataclass
class VoicesDone:
    """The scores, how many files could not be used and why, milliseconds for one second of sound."""

    done: Evaluation
    unusable: Mapping[str, int]
    files: int
    ms_a_second: float | None


def evaluate_voices(source: Path, voices: Voices, *, enrolled: int = 1) -> VoicesDone:
    """Score a folder `speaker/recording.wav`, each against each, or a table of pairs. BadInput when nothing can be.

    With `enrolled` above 1 the first so many recordings of each speaker make one template, held against all others.
    """
    done = Evaluation(voices.engine.name, voices.engine.thresholds)
    ear = _Ear(voices, done)
    if source.is_dir():
        _folder(source, ear, enrolled)
    else:
        _table(source, ear)
    if not done.outcomes:
        why = f"; the first: {done.quarantine[0].reason}" if done.quarantine else ""
        raise BadInput(f"No pair of {source.name} can be compared{why}.")
    reasons = Counter(why for _, why in ear.heard.values() if why)
    spent = sum(done.spent.get("embed", ()))
    return VoicesDone(
        done, dict(sorted(reasons.items())), len(ear.heard), 1000 * spent / ear.seconds if ear.seconds else None
    )


def _folder(source: Path, ear: _Ear, enrolled: int) -> None:
    files = [file for file in sorted(source.glob("*/*")) if file.suffix.lower() == ".wav"]
    people: dict[str, list[tuple[str, Vector]]] = {}
    for at, file in enumerate(files, 1):
        vector, why = ear.voice(file)
        if vector is None:
            ear.done.quarantine.append(BadRow(at, f"{file.relative_to(source)}: {why}"))
        else:
            people.setdefault(file.parent.name, []).append((str(file.relative_to(source)), vector))
    if len(people) < 2:
        raise BadInput(f"{source.name} needs WAV files of two speakers or more, as speaker/recording.wav.")
    count = sum(map(len, people.values()))
    if count * (count if enrolled == 1 else len(people)) > PAIRS_MAX:
        raise BadInput(f"{count} recordings make too many pairs: use at most {int(PAIRS_MAX**0.5)}.")
    trials = _each(people) if enrolled == 1 else _enrolled(people, enrolled)
    for at, (one, other, same, score) in enumerate(trials, 1):
        ear.done.outcomes.append(Outcome(Pair(at, one, other, same, ""), score))


def _each(people: Mapping[str, list[tuple[str, Vector]]]) -> Iterator[tuple[str, str, bool, float]]:
    """Every recording against every other."""
    every = [(speaker, name, vector) for speaker, listed in people.items() for name, vector in listed]
    for (speaker, one, vector), (second, other, against) in combinations(every, 2):
        yield one, other, speaker == second, cosine(vector, against)


def _enrolled(people: Mapping[str, list[tuple[str, Vector]]], first: int) -> Iterator[tuple[str, str, bool, float]]:
    """Each speaker's template against every recording that made none."""
    for speaker, listed in people.items():
        if len(listed) < first:
            continue
        template = averaged([vector for _, vector in listed[:first]])
        for second, others in people.items():
            for name, vector in others[first:]:
                yield speaker, name, speaker == second, cosine(template, vector)


def _table(source: Path, ear: _Ear) -> None:
    pairs, bad = load(source)
    ear.done.quarantine.extend(bad)
    for pair in pairs:
        (one, why), (other, why_other) = (ear.voice(source.parent / name) for name in (pair.path_a, pair.path_b))
        if one is None or other is None:
            ear.done.outcomes.append(Outcome(pair, None, tuple(filter(None, (why, why_other)))))
        else:
            ear.done.outcomes.append(Outcome(pair, cosine(one, other)))


def voices_as_json(result: VoicesDone) -> dict[str, Any]:
    """The result for programs."""
    from xinglin.cli import biometrics_faces

    return biometrics_faces.as_json(result.done) | {
        "files": result.files,
        "unusable": dict(result.unusable),
        "milliseconds_a_second_of_sound": result.ms_a_second and round(result.ms_a_second, 2),
    }


def show_voices(result: VoicesDone) -> None:
    """The result for people."""
    from xinglin.cli import biometrics_tables

    biometrics_tables.show(result.done)
    frame.say(f"{result.files} files, {sum(result.unusable.values())} of them unusable.")
    for reason, count in result.unusable.items():
        frame.say(f"  {reason}: {count}")
    if result.ms_a_second is not None:
        frame.say(f"{result.ms_a_second:.1f} ms for a second of sound on one core.")
    frame.say("A voice alone verifies nobody: clones score like the person. It agrees with a face or raises doubt.")


# CARDS


@dataclass
class CardsDone:
    """How the cards of a folder were read: rates only, never what stands on a card."""

    engine: str
    cards: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    whole: int = 0
    complete: int = 0
    complete_but_wrong: int = 0
    wrong_numbers: int = 0
    unusable: list[BadRow] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    def fields(self) -> dict[str, Rate]:
        """Exact match of each field, cards that were refused counted as wrong."""
        return {name: rate(self.right[name], self.known[name]) for name in (*FRONT, *BACK) if self.known[name]}

    @property
    def ms_a_card(self) -> float | None:
        """Milliseconds of one core."""
        return 1000 * sum(self.spent) / len(self.spent) if self.spent else None


def read_cards(folder: Path, reader: CardReader) -> CardsDone:
    """Read every card that truth.csv or truth.jsonl names (file, side, fields). BadInput without such a table."""
    done = CardsDone(reader.engine.name)
    for at, row in enumerate(_truths(folder), 1):
        side = row.pop("side", "") or "front"
        file = folder / row.pop("file", "")
        if side not in ("front", "back"):
            done.unusable.append(BadRow(at, "side must be front or back"))
            continue
        true = {name: row[name] for name in (FRONT if side == "front" else BACK) if row.get(name)}
        try:
            if file.stat().st_size > MAX_BYTES:
                raise BadImage("too_large")
            pixels = decode(file.read_bytes())
        except OSError as fault:
            done.unusable.append(BadRow(at, f"the file cannot be read ({fault.strerror})"))
            continue
        except BadImage as fault:
            done.unusable.append(BadRow(at, fault.dotted))
            continue
        _one_card(done, reader, pixels, cast("Side", side), true)
    if not done.cards:
        raise BadInput(f"No card of {folder.name} can be read.")
    return done


def _one_card(done: CardsDone, reader: CardReader, pixels: Any, side: Side, true: Mapping[str, str]) -> None:
    done.cards += 1
    done.known.update(true.keys())
    began = time.thread_time()
    try:
        reading = reader.read(pixels, side)
    except BiometricError as refusal:
        done.refused[refusal.dotted] += 1
        return
    finally:
        done.spent.append(time.thread_time() - began)
    says = {name: found.value for name, found in reading.fields.items()}
    right = exact_match(says, true)
    done.right.update(name for name, exact in right.items() if exact)
    done.whole += all(right.values())
    done.complete += reading.complete
    done.complete_but_wrong += reading.complete and not all(right.values())
    done.wrong_numbers += "number" in true and says.get("number", true["number"]) != true["number"]
    done.problems.update(f"{problem.field} {problem.code}" for problem in reading.problems)


def _truths(folder: Path) -> list[dict[str, str]]:
    file = next((folder / name for name in TRUTHS if (folder / name).is_file()), None)
    if file is None:
        raise BadInput(f"{folder.name} needs truth.csv or truth.jsonl with file, side and the fields.")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            if file.suffix == ".csv":
                return [
                    {key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(stream)
                ]
            rows = [json.loads(line) for line in stream if line.strip()]
    except (OSError, ValueError, csv.Error, AttributeError) as fault:
        raise BadInput(f"{file.name} cannot be read ({type(fault).__name__}).") from fault
    if not all(isinstance(row, dict) for row in rows):
        raise BadInput(f"{file.name} must hold one object a line.")
    return [{str(key): str(value) for key, value in row.items() if value is not None} for row in rows]


def cards_as_json(done: CardsDone) -> dict[str, Any]:
    """The result for programs."""
    return {
        "engine": done.engine,
        "cards": done.cards,
        "fields": {name: asdict(found) for name, found in done.fields().items()},
        "all_fields_right": asdict(rate(done.whole, done.cards)),
        "complete": done.complete,
        "complete_but_wrong": done.complete_but_wrong,
        "wrong_numbers_accepted": done.wrong_numbers,
        "refused": dict(done.refused),
        "problems": dict(done.problems),
        "unusable": [asdict(row) for row in done.unusable],
        "milliseconds_a_card": done.ms_a_card and round(done.ms_a_card, 1),
    }


def show_cards(done: CardsDone) -> None:
    """The result for people."""
    from rich.table import Table

    from xinglin.cli.biometrics_tables import percent

    table = Table("field", "read exactly")
    for name, found in done.fields().items():
        table.add_row(name, percent(found))
    table.add_row("all of a card", percent(rate(done.whole, done.cards)))
    frame.console().print(table)
    frame.say(f"{done.engine}: {done.cards} cards, {done.complete} complete, {done.complete_but_wrong} of those wrong.")
    frame.say(f"Wrong numbers accepted: {done.wrong_numbers}.")
    for reason, count in (*done.refused.items(), *done.problems.most_common()):
        frame.say(f"  {reason}: {count}")
    for row in done.unusable:
        frame.say(f"  row {row.row}: {row.reason}")
    if done.ms_a_card is not None:
        frame.say(f"{done.ms_a_card:.0f} ms a card on one core.")
