"""The part of the benchmark's page that is about the likeness."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from xinglin.biometrics.evaluating import Rate
from xinglin.biometrics.manifest import manifest
from xinglin.hospital.demo.bench import machine
from xinglin.hospital.demo.bench.likeness_types import FaceRates, LikenessMeasured, Mode, Passive, Step
from xinglin.hospital.kernel.clock import SHANGHAI, now

BEGIN: Final = "<!-- The part of the likeness begins. -->"
END: Final = "<!-- The part of the likeness ends. -->"
WHAT: Final = """\
Faces, voices and the video visit. Again: `xinglin bench --no-loops --no-audit --no-medicines --no-diagnosis` after
`make weights`. **No ISO 30107-3 claim is made.** Error rates here rest on some pictures and recordings that packages
carry (fetched when measured, kept outside the project): public people, few, photographed for the press or by one
photographer, no camera of a visit, nobody of this hospital, and too few to say anything of rates below one in a
hundred. Heads that turn, lids that close, prints and screens are drawn by program from those pictures: they try the way
from camera to decision and measure neither real people nor real attackers; masks, generated films and films fed in
behind the camera were not tried. Rates by group of people are measured on labelled sets outside the project and stand
below as the table of models gives them. A hospital measures on its own people: `xinglin biometrics evaluate`."""


def as_json(found: LikenessMeasured) -> dict[str, Any]:
    """The figures for programs."""
    return asdict(found) | {"machine": machine.described()}


def written(found: LikenessMeasured, at: datetime | None = None) -> str:
    """The part in Markdown."""
    left_out = [f"**Not measured: {why}**" for why in found.missing]
    return "\n".join(
        [
            "## Likeness",
            "",
            WHAT,
            "",
            f"Machine: {machine.described()}. Measured {(at or now()).astimezone(SHANGHAI):%Y-%m-%d %H:%M} Shanghai "
            f"time. Engine {found.engine or 'absent'}.",
            "",
            *(line for one in left_out for line in (one, "")),
            *_steps(found),
            *_visit(found),
            *_faces(found.faces),
            *_passive(found.passive),
            *_tried(found),
            *_voices(found),
            *_groups(),
            "The material: " + "; ".join(found.sources) + ".",
            "",
        ]
    )


def _steps(found: LikenessMeasured) -> list[str]:
    if not found.steps:
        return []
    speed = found.multiplications_a_second / 1e9
    return [
        f"Milliseconds of one core, a frame of 640×360. *Limit*: the step's multiplications alone at {speed:.0f} "
        "thousand million a second, which a matrix product of numpy reaches here on one thread.",
        "",
        "| step | median | p95 | limit | of the limit |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(_step(step) for step in found.steps),
        "",
    ]


def _step(step: Step) -> str:
    limit = f"{step.limit_ms:.1f} | {step.limit_ms / step.median_ms:.0%}" if step.limit_ms else "- | -"
    return f"| {step.name} | {step.median_ms:.1f} | {step.p95_ms:.1f} | {limit} |"


def _visit(found: LikenessMeasured) -> list[str]:
    visit = found.visit
    if visit is None:
        return []
    rows = [_mode(mode) for mode in visit.modes]
    alarms = [f"{one:.1f}" for one in visit.alarm_seconds]
    return [
        f"A call of two clients, pictures of 640×360 ten a second and sound, {visit.seconds:.0f} s in each mode; both "
        "sides checked once a second. Processor time is that of the media process alone; the clients draw elsewhere. "
        "*Calls per core* divides one core by it: measured for one call, extrapolated for more. Between the two sides "
        "the hospital receives copies and sends nothing, so that its clients receive no frames from it.",
        "",
        "| mode | cores a call | calls per core | memory, MiB | frames received | entries in the log |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        "From a swapped face to the alarm (target: 10 s), seconds: " + (", ".join(alarms) or "none was raised") + ".",
        "",
    ]


def _mode(mode: Mode) -> str:
    figures = f"{mode.cores:.2f} | {1 / mode.cores:.1f} | {mode.memory_mib:.0f} | {mode.frames} | {mode.checked}"
    return f"| {mode.name} | {figures} |"


def _percent(one: Rate) -> str:
    if one.value is None:
        return "-"
    return f"{one.value:.1%} ({one.hits} of {one.n}; {one.low:.1%} to {one.high:.1%})"


def _faces(faces: FaceRates | None) -> list[str]:
    if faces is None:
        return []
    rows = [f"| {name} {value:.2f} | {_percent(tar)} | {_percent(far)} |" for name, value, tar, far in faces.at]
    spoilt = [f"| {how} | {_percent(same)} | {_percent(other)} |" for how, same, other in faces.spoilt]
    error = "" if faces.equal_error is None else f" Equal error rate {faces.equal_error:.1%}."
    return [
        f"Pairs of pictures of the material (in brackets: counts and the 95 % interval).{error} Least alike of one "
        f"person {faces.least_same:.2f}, most alike of two {faces.most_other:.2f}.",
        "",
        "| threshold | same person accepted | others accepted |",
        "| --- | --- | --- |",
        *rows,
        "",
        "Spoilt pictures against whole ones, the person's own among them, at match_accept; what a gate refuses counts "
        "as not accepted:",
        "",
        "| spoilt | same person accepted | others accepted |",
        "| --- | --- | --- |",
        *spoilt,
        "",
    ]


def _passive(passive: Passive | None) -> list[str]:
    if passive is None:
        return []
    rows = [f"| {kind} | {_percent(one)} |" for kind, one in passive.shown]
    return [
        f"Passive liveness, median of three frames at or above {passive.threshold:.2f}: alone it stops no screen, and "
        "drawn people fail it too, since their surroundings are cut and warped.",
        "",
        "| shown | taken for live |",
        "| --- | --- |",
        *rows,
        "",
    ]


def _tried(found: LikenessMeasured) -> list[str]:
    if not found.tried:
        return []
    rows = [
        f"| {one.name} | {_percent(one.passed)} | {', '.join(f'{why} {times}' for why, times in one.refused)} |"
        for one in found.tried
    ]
    return [
        "The challenge, one try each; a person has three. A screen that shows the very order asked for is a film made "
        "to order: the challenge does not claim to stop it.",
        "",
        "| shown | passed | why not |",
        "| --- | --- | --- |",
        *rows,
        "",
    ]


def _voices(found: LikenessMeasured) -> list[str]:
    if not found.voices:
        return []
    rows = [f"| {one.voice} | {one.windows} | {one.agrees} | {one.undecided} | {one.alarms} |" for one in found.voices]
    return [
        "Windows of voices against one enrolled reader. A voice alone never verifies anybody.",
        "",
        "| voice | windows | agrees | undecided | alarm |",
        "| --- | ---: | ---: | ---: | ---: |",
        *rows,
        "",
    ]


def _groups() -> list[str]:
    rows = [
        f"| {row.id} | {one.what} | {one.value} {one.unit} | {one.n:,} | {one.where} | {one.limits} |"
        for row in manifest().engines.values()
        for one in row.measured
    ]
    return [
        "Measured outside the project on labelled sets, as the table of models gives it:",
        "",
        "| engine | what | value | n | where | limits |",
        "| --- | --- | ---: | ---: | --- | --- |",
        *rows,
        "",
    ]
