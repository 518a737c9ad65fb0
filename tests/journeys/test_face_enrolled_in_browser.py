"""Somebody enrols a face on the real page: a camera that moves as asked passes, a photograph before it does not."""

import base64
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests import likeness_material as material
from tests.journeys.running import Running

from xinglin.hospital.demo.bench import likeness_drawn as drawn

pytestmark = pytest.mark.browser
ANSWERED_MS = 120_000
"""Some movements, each perhaps twice, and the judging on a machine that other tests keep busy."""

CAMERA = """
window.stances = STANCES;
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const pictures = {};
  for (const name in stances) {
    pictures[name] = new Image();
    pictures[name].src = stances[name];
    await pictures[name].decode();
  }
  let beat = 0, asked = "", since = 0;
  setInterval(() => {
    beat += 1;
    const cue = document.querySelector(".cue")?.dataset.cue || "straight";
    if (cue !== asked) { asked = cue; since = beat; }
    const passed = (beat - since) % 60;
    const busy = cue === "blink" ? passed >= 6 && passed < 14 : passed >= 4 && passed < 16;
    const name = MOVES && cue !== "straight" && busy ? cue : beat >> 3 & 1 ? "straight" : "aside";
    const context = canvas.getContext("2d");
    context.drawImage(pictures[MOVES ? name : "straight"], 0, 0);
    for (let grain = 0; grain < 400; grain += 1) {  // No camera gives the same bytes twice.
      context.fillStyle = `rgb(${Math.random() * 255} 128 128 / .08)`;
      context.fillRect(Math.random() * 640, Math.random() * 480, 2, 2);
    }
  }, 50);
  return canvas.captureStream(20);
};
"""
"""A camera in the place of the machine's own: somebody who does what the page shows, or a photograph."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    path = material.chromium()
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


def before_the_camera(browser: Browser, running: Running, number: int, *, moves: bool) -> Page:
    """A patient who has consented and opened the page of the challenge."""
    sitter = material.sitter("ibis", width=640, height=480, face=150)
    stance = drawn.Stance
    seen = {
        "straight": stance(),
        "aside": stance(across=1.0),
        "left": stance(yaw=28),
        "right": stance(yaw=-28),
        "blink": stance(closed=1.0),
    }
    pictures = {
        name: "data:image/jpeg;base64," + base64.b64encode(drawn.jpeg(sitter.frame(one))).decode()
        for name, one in seen.items()
    }
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    script = CAMERA.replace("STANCES", json.dumps(pictures)).replace("MOVES", json.dumps(moves))
    page.add_init_script(script)
    page.goto(running.entrance(running.people().patients[number]))
    page.goto(running.plan.url + "/me/likeness")
    page.locator("button[value=consent]").first.click()
    page.goto(running.plan.url + "/identity/check/register?next=/me/likeness")
    page.locator("[data-start]").click()
    return page


def test_somebody_who_moves_as_asked_is_enrolled(running: Running, browser: Browser) -> None:
    page = before_the_camera(browser, running, 30, moves=True)
    expect(page.locator(".result")).to_have_attribute("data-decision", "undecided", timeout=ANSWERED_MS)
    page.goto(running.plan.url + "/me/likeness")
    expect(page.locator("button[value=delete]")).to_have_count(1)  # enrolled, until a person has looked


def test_a_photograph_before_the_camera_is_not(running: Running, browser: Browser) -> None:
    page = before_the_camera(browser, running, 31, moves=False)
    expect(page.locator(".result")).to_have_attribute("data-decision", "fail", timeout=ANSWERED_MS)
    page.goto(running.plan.url + "/me/likeness")
    expect(page.locator("button[value=delete]")).to_have_count(0)
