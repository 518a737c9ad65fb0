"""Patient and physician in two real browsers: what one writes, the other sees without reloading, by server push."""

import os
import shutil
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.journeys.running import Running

from xinglin.hospital.demo.bench import loop

pytestmark = pytest.mark.browser
PUSHED_MS = 2000
"""A message is at the other side within this time."""

RECONNECTED_MS = 20_000


def chromium() -> str | None:
    """The path of a Chromium, if there is one."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    path = chromium()
    if path is None:
        pytest.skip("No Chromium on this machine: `apt-get install chromium`, or name one in CHROMIUM.")
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


def enter(browser: Browser, running: Running, person: dict[str, str], address: str) -> Page:
    """A browser of one's own, signed in by the demo link, on a page."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.goto(running.entrance(person))
    page.goto(running.plan.url + address)
    page.evaluate("window.neverReloaded = true")
    return page


def say(page: Page, text: str) -> None:
    """Type and send, as people do."""
    page.locator("#talk-text").fill(text)
    page.locator("[data-compose] button.primary").click()


def sees(page: Page, text: str, within_ms: int = PUSHED_MS) -> None:
    """The message stands in the conversation, once, and the page was not loaded anew."""
    expect(page.locator("[data-lines]").get_by_text(text)).to_have_count(1, timeout=within_ms)
    assert page.evaluate("window.neverReloaded") is True


def test_messages_are_pushed_and_none_is_lost(running: Running, browser: Browser) -> None:
    people = running.people()
    patient, physician = people.patients[20], people.physicians[0]
    with running.line() as line:
        visit = loop.begin(line, people, patient, physician)
    at_home = enter(browser, running, patient, f"/me/visits/{visit}/")
    at_work = enter(browser, running, physician, f"/clinic/visits/{visit}/")
    at_home.wait_for_timeout(1500)  # Both streams are open.

    say(at_work, "最近一周血压大概多少？")
    sees(at_home, "最近一周血压大概多少？")
    say(at_home, "早上 138/86 左右。")
    sees(at_work, "早上 138/86 左右。")

    stream = running.served.child("stream")
    assert stream.process is not None
    os.killpg(stream.process.pid, signal.SIGKILL)
    stream.process.wait()
    say(at_work, "有没有头晕、胸闷？")
    sees(at_work, "有没有头晕、胸闷？")
    running.served.begin_again("stream")
    running.wait_for(running.plan.stream_port)
    sees(at_home, "有没有头晕、胸闷？", within_ms=RECONNECTED_MS)
    say(at_home, "都没有。")
    sees(at_work, "都没有。", within_ms=RECONNECTED_MS)
