"""`xinglin biometrics evaluate-voices` and `read-cards` on folders made by program, with engines that need no model."""

import csv
import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests import biometrics_cards as drawn
from tests.biometrics_sounds import spoken, wav
from typer.testing import CliRunner

from xinglin.biometrics import engine as engines
from xinglin.biometrics.card_fields import Field
from xinglin.biometrics.cards import BadCard, CardReading, Problem, Side
from xinglin.biometrics.errors import NotInstalled
from xinglin.biometrics.manifest import Engine, engine
from xinglin.biometrics.matching import unit
from xinglin.cli import biometrics_trials
from xinglin.cli.biometrics import app
from xinglin.cli.biometrics_faces import BadInput

PEOPLE = {"low": 100, "middle": 160, "high": 260}


class ByPitch:
    """A voice is where its spectrum lies."""

    engine: Engine = engine("ge2e-voices")

    def embed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        spectrum = np.abs(np.fft.rfft(samples, 16000))[60:400]
        return unit(spectrum.reshape(-1, 10).sum(axis=1).astype(np.float32))


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    for name, pitch in PEOPLE.items():
        (tmp_path / name).mkdir()
        for take in range(3):
            (tmp_path / name / f"{take}.wav").write_bytes(wav(spoken(seconds=4, pitch=pitch, seed=take), 16000))
    (tmp_path / "low" / "silent.wav").write_bytes(wav(np.zeros(32000, np.float32), 16000))
    (tmp_path / "low" / "broken.wav").write_bytes(b"RIFF")
    return tmp_path


def test_a_folder_is_scored_each_against_each_and_what_is_unusable_is_counted(recordings: Path) -> None:
    result = biometrics_trials.evaluate_voices(recordings, ByPitch())
    summary = result.done.summary
    assert (summary.pairs, summary.genuine, summary.impostor) == (36, 9, 27)
    assert result.files == 11
    assert result.unusable == {"little_speech silent": 1, "sound.not_a_sound": 1}
    assert summary.equal_error is not None
    assert summary.equal_error.value < 0.2
    assert result.ms_a_second is not None


def test_recordings_that_enrol_are_not_tested(recordings: Path) -> None:
    result = biometrics_trials.evaluate_voices(recordings, ByPitch(), enrolled=2)
    assert (result.done.summary.genuine, result.done.summary.impostor) == (3, 6)


def test_a_table_of_pairs_keeps_what_cannot_be_compared_apart(recordings: Path) -> None:
    table = recordings / "pairs.csv"
    rows = [("low/0.wav", "low/1.wav", 1), ("low/0.wav", "high/0.wav", 0), ("low/0.wav", "low/silent.wav", 1)]
    rows += [("low/0.wav", "absent.wav", 0), ("low/0.wav", "low/2.wav", "perhaps")]  # type: ignore[list-item]
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows([("path_a", "path_b", "same"), *rows])
    result = biometrics_trials.evaluate_voices(table, ByPitch())
    assert (result.done.summary.pairs, result.done.summary.compared) == (4, 2)
    assert len(result.done.quarantine) == 1
    assert sum(result.unusable.values()) == 2


@pytest.mark.parametrize("name", ["", "absent.csv", "empty"])
def test_nothing_to_score_is_said(recordings: Path, name: str) -> None:
    source = recordings / "low" if not name else recordings / name
    if name == "empty":
        source.mkdir()
    with pytest.raises(BadInput):
        biometrics_trials.evaluate_voices(source, ByPitch())


class Forgetful:
    """A reader that knows the truth of each picture and spoils it as the picture's seed says."""

    engine: Engine = engine("rapid-cards")

    def read(self, pixels: NDArray[np.uint8], side: Side) -> CardReading:
        seed = int(pixels[0, 0, 0])
        if seed == 3:
            raise BadCard("no_card")
        found = {name: Field(value, 0.9, 0) for name, value in drawn.invented(Random(seed)).truth(side).items()}
        problems: tuple[Problem, ...] = ()
        if seed == 1:
            found["name"] = Field("别人", 0.9, 0)
        if seed == 2:
            found["number"] = Field("370902198001010010", 0.9, 0)
            problems = (Problem("differs", "number"),)
        return CardReading(side, found, problems, None, self.engine.name)


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    rows = []
    for seed in range(4):
        Image.new("RGB", (400, 300), (seed, 0, 0)).save(tmp_path / f"{seed}.png")
        for side in ("front", "back"):
            truth = drawn.invented(Random(seed)).truth(side)
            rows.append({"file": f"{seed}.png", "side": side} | truth)
    rows += [{"file": "absent.png", "side": "front"}, {"file": "0.png", "side": "edge"}]
    (tmp_path / "no.png").write_bytes(b"no picture")
    rows.append({"file": "no.png", "side": "front"})
    (tmp_path / "truth.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return tmp_path


def test_cards_are_counted_field_by_field(cards: Path) -> None:
    done = biometrics_trials.read_cards(cards, Forgetful())
    assert done.cards == 8
    assert (done.fields()["name"].hits, done.fields()["name"].n) == (2, 4)
    assert (done.fields()["number"].hits, done.fields()["valid_to"].hits) == (2, 3)
    assert (done.whole, done.complete, done.complete_but_wrong, done.wrong_numbers) == (4, 4, 1, 1)
    assert dict(done.refused) == {"card.no_card": 2}
    assert len(done.unusable) == 3
    told = json.dumps(biometrics_trials.cards_as_json(done), ensure_ascii=False)
    assert drawn.invented(Random(0)).name not in told, "rates leave the folder, values do not"
    assert drawn.invented(Random(0)).number not in told


def test_a_csv_says_the_same(cards: Path) -> None:
    rows = [json.loads(line) for line in (cards / "truth.jsonl").read_text("utf-8").splitlines()]
    names = sorted({name for row in rows for name in row})
    (cards / "truth.jsonl").unlink()
    with (cards / "truth.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    done = biometrics_trials.read_cards(cards, Forgetful())
    assert (done.cards, done.whole, len(done.unusable)) == (8, 4, 3)


@pytest.mark.parametrize("text", [None, "[1]\n[2]", "{", "\ufeff"])
def test_a_folder_without_a_usable_table_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "truth.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput):
        biometrics_trials.read_cards(tmp_path, Forgetful())


def test_the_commands_speak_json_and_say_what_is_absent(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "voices", ByPitch)
    monkeypatch.setattr(engines, "cards", Forgetful)
    out = tmp_path / "out"
    said = CliRunner().invoke(app, ["evaluate-voices", str(recordings), "--json", "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["files"] == 11
    assert {file.name for file in out.iterdir()} >= {"pairs.csv", "roc.csv", "roc.svg", "summary.json"}
    assert CliRunner().invoke(app, ["evaluate-voices", str(recordings)]).exit_code == 0
    assert CliRunner().invoke(app, ["evaluate-voices", str(tmp_path / "absent")]).exit_code == 2
    assert CliRunner().invoke(app, ["read-cards", str(tmp_path)]).exit_code == 2


def test_an_absent_model_is_an_answer_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> ByPitch:
        raise NotInstalled("voice-ge2e")

    monkeypatch.setattr(engines, "voices", absent)
    monkeypatch.setattr(engines, "cards", absent)
    for command in ("evaluate-voices", "read-cards"):
        assert CliRunner().invoke(app, [command, str(tmp_path)]).exit_code == 1
