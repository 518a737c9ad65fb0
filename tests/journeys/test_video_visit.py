"""A video visit in two real browsers with fake cameras and microphones: kept verified, and what happens when it is not.

The people are pictures and voices that packages carry, enrolled through the hospital's own services; each browser's
camera and microphone are files. One call is held for all tests of this file, in their order: verified, reloaded, cut
off, a weak line, a voice that does not fit, a picture that stands, one that comes again, another person. Beside it: two
browsers that talk to each other and then cannot, and one that may not use its camera.

Whatever is waited for is waited for until it happens. That an alarm comes within so many seconds is asserted where the
machine keeps up; where it is busy with other things, that is said aloud instead.
"""

import base64
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from tests import likeness_material as material
from tests.journeys.running import Running, hospital
from tests.likeness_material import drawn, speech

from xinglin.hospital.demo.bench import loop

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        importlib.util.find_spec("aiortc") is None,
        reason="No video visit is tried: aiortc is not installed (requirements/video.txt).",
    ),
]
WIDTH, HEIGHT, RATE = 480, 360, 10
FILM_SECONDS = 12
CONNECTED_MS = 120_000
SAID_SECONDS = 120.0
FACE_SECONDS, VOICE_SECONDS = 10.0, 20.0
"""What is promised: an alarm of a face, and of a voice, within this time."""
CAMERA = Path(__file__).with_name("virtual_camera.js")
FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)
DOCTOR, PATIENT = ("ibis", 150), ("lark-2", 110)


@dataclass
class Call:
    """A call that goes on: both pages, the visit, and the database beside them."""

    running: Running
    visit: str
    clinic: Page
    home: Page
    films: dict[str, Path]
    stack: ExitStack
    play: Playwright

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the hospital's database."""
        with psycopg.connect(self.running.database) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def session(self) -> Any:
        """The live session of the visit."""
        return self.rows(
            "SELECT id FROM consultation_live_session WHERE visit_id = %s AND ended_at IS NULL", self.visit
        )

    def noted(self, side: str, kind: str, since: datetime) -> datetime | None:
        """When the log first says so after an instant."""
        found = self.rows(
            "SELECT min(o.at) FROM consultation_live_observation o JOIN consultation_live_session s ON s.id = "
            "o.session_id WHERE s.visit_id = %s AND o.side = %s AND o.kind = %s AND o.at > %s",
            self.visit, side, kind, since,
        )  # fmt: skip
        return found[0][0] if found else None

    def wait_noted(self, side: str, kind: str, since: datetime, seconds: float = SAID_SECONDS) -> float:
        """Seconds until the log says so."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if (at := self.noted(side, kind, since)) is not None:
                return float((at - since).total_seconds())
            self.clinic.wait_for_timeout(200)
        seen = self.rows("SELECT side, kind, at, numbers FROM consultation_live_observation ORDER BY at DESC LIMIT 12")
        raise AssertionError(f"no {kind} of the {side} in the log after {seconds} s; the last: {seen}")


def promised(took: float, seconds: float) -> None:
    """An alarm came within its time, on a machine that has the time to see; of a busy one it is said aloud."""
    if took > seconds and os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1):
        sys.stderr.write(f"busy machine: an alarm took {took:.1f} s, {seconds:.0f} s are promised\n")
    else:
        assert took <= seconds


def mark(page: Page, side: str, level: str) -> Any:
    """The badge of a side on a page, at a level."""
    return page.locator(f'[data-live-badge] .live-mark[data-side="{side}"][data-level="{level}"]')


def state(page: Page, name: str, within_ms: int = CONNECTED_MS) -> None:
    """The pane says so."""
    expect(page.locator(f'[data-live-pane][data-state="{name}"]')).to_be_visible(timeout=within_ms)


def moving(page: Page) -> None:
    """The other side's picture arrives and goes on."""
    now = "document.querySelector('[data-live-remote]').currentTime"
    before = page.evaluate(now)
    page.wait_for_function(f"{now} > {before} + 0.5", timeout=CONNECTED_MS)


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory, migrated: str) -> Iterator[Call]:
    """Two people enrolled, a visit begun, both in the call."""
    material.chromium()
    material.faces()
    material.voices()
    folder = tmp_path_factory.mktemp("video")
    films = {"clinic": film(folder / "clinic.y4m", *DOCTOR), "home": film(folder / "home.y4m", *PATIENT)}
    speech.write(folder / "clinic.wav", material.reader()[3:])
    speech.write(folder / "home.wav", material.reader()[3:])  # The patient's enrolled voice is another one.
    material.made("made-woman")
    with ExitStack() as stack:
        running = stack.enter_context(hospital(folder, migrated, media=True))
        people = running.people()
        patient, physician = people.patients[0], people.physicians[0]
        with running.line() as line:
            visit = loop.begin(line, people, patient, physician)
        enrol(running, physician, DOCTOR, "ibis", "reader", patient, PATIENT, "lark-1", "made-woman")
        play = stack.enter_context(sync_playwright())
        clinic = enter(stack, play, films["clinic"], running, physician, f"/clinic/visits/{visit}/")
        home = enter(stack, play, films["home"], running, patient, f"/me/visits/{visit}/")
        for page in (clinic, home):
            come_in(page)
        yield Call(running, visit, clinic, home, films, stack, play)


def come_in(page: Page) -> None:
    """Press the button until the page takes it: on a busy machine its script may not be there yet."""
    button, seat = page.locator('[data-live-join="video"]'), page.locator("[data-live-pane]")
    until = time.monotonic() + SAID_SECONDS
    while seat.get_attribute("data-state") in {"idle", None}:
        assert time.monotonic() < until, seat.inner_text()
        button.click()
        page.wait_for_timeout(1500)


def with_picture(page: Page) -> None:
    """On a busy machine the line may have been weak, and the picture given way to the voice: bring it back."""
    if page.locator("[data-live-pane]").get_attribute("data-picture") == "off":
        page.locator("[data-live-picture]").click()
        expect(page.locator('[data-live-pane][data-picture="on"][data-state="live"]')).to_be_visible(
            timeout=CONNECTED_MS
        )
        page.wait_for_timeout(3000)


def film(place: Path, name: str, face: int) -> Path:
    sitter = material.sitter(name, WIDTH, HEIGHT, face)
    drawn.write_y4m(place, drawn.living(sitter, FILM_SECONDS * RATE, rate=RATE), rate=RATE)
    return place


def enrol(running: Running, *given: Any) -> None:
    """Through the hospital's services, in a process of its own."""
    words = []
    for person, (name, face), card, voice in (given[:4], given[4:]):
        words += [person["account_id"], f"{name}:{face}", card, voice]
    environment = os.environ | {"DATABASE_URL": running.database, "XINGLIN_DEMO": "1", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-m", "xinglin.hospital.demo.bench.likeness_people", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def enter(
    stack: ExitStack,
    play: Playwright,
    camera: Path,
    running: Running,
    person: dict[str, str],
    address: str,
    *,
    allowed: tuple[str, ...] = ("camera", "microphone"),
    browser: Browser | None = None,
) -> Page:
    """A browser with a camera and a microphone, a new one where none is given: signed in, on the visit's page."""
    sound = camera.with_suffix(".wav")
    files = (f"--use-file-for-fake-video-capture={camera}", f"--use-file-for-fake-audio-capture={sound}")
    asked = len(allowed) < 2  # Without this flag the browser says no to what is not allowed.
    flags = [flag for flag in FLAGS if not (asked and flag == "--use-fake-ui-for-media-stream")]
    if browser is None:
        browser = play.chromium.launch(executable_path=material.chromium(), args=[*flags, *files])
        stack.callback(browser.close)
    context = browser.new_context(locale="zh-CN", viewport={"width": 1100, "height": 900}, permissions=list(allowed))
    context.add_init_script(path=CAMERA)
    page = context.new_page()
    page.goto(running.entrance(person))
    page.goto(running.plan.url + address)
    return page


def test_both_are_seen_and_verified(call: Call) -> None:
    for page in (call.clinic, call.home):
        state(page, "live")
        moving(page)
    for page in (call.clinic, call.home):
        expect(mark(page, "physician", "ok")).to_be_visible(timeout=CONNECTED_MS)
        expect(mark(page, "physician", "ok").locator('[data-when="ok"]')).to_contain_text("秒前已核验")
    call.wait_noted("patient", "verified", datetime.fromtimestamp(0, UTC))
    seconds = call.rows("SELECT count(*) FROM consultation_live_party WHERE left_at IS NULL")
    assert seconds[0][0] == 2


def test_a_reload_comes_back_into_the_same_call(call: Call) -> None:
    before = call.session()
    call.home.reload()
    for page in (call.home, call.clinic):
        state(page, "live")
    moving(call.home)
    moving(call.clinic)
    assert call.session() == before


def test_a_cut_line_is_joined_again(call: Call) -> None:
    before = call.session()
    call.home.context.set_offline(True)
    call.home.evaluate("window.camera.lines.forEach((line) => line.close())")
    state(call.home, "again")
    call.home.context.set_offline(False)
    for page in (call.home, call.clinic):
        state(page, "live")
    moving(call.home)
    moving(call.clinic)
    assert call.session() == before


def test_a_weak_line_keeps_the_voice(call: Call) -> None:
    call.home.evaluate("window.camera.lost = 0.3")
    expect(call.home.locator('[data-live-pane][data-picture="off"]')).to_be_visible(timeout=CONNECTED_MS)
    state(call.home, "live")
    expect(call.home.locator("[data-live-says]")).to_contain_text("已自动转为语音", timeout=CONNECTED_MS)
    call.home.evaluate("window.camera.lost = 0")
    with_picture(call.home)
    moving(call.clinic)


def test_a_voice_that_does_not_fit_raises_doubt(call: Call) -> None:
    """The patient's voice is not the enrolled one since the beginning; the physician's is."""
    call.wait_noted("patient", "voice_differs", datetime.fromtimestamp(0, UTC))
    for page in (call.clinic, call.home):
        expect(mark(page, "patient", "unsure")).to_be_visible(timeout=CONNECTED_MS)
    assert call.noted("physician", "voice_differs", datetime.fromtimestamp(0, UTC)) is None


def test_a_picture_that_stands_still_is_noticed(call: Call) -> None:
    with_picture(call.clinic)
    call.clinic.evaluate("window.camera.mode = 'still'")
    since = datetime.now(tz=UTC)
    promised(call.wait_noted("physician", "frozen", since), FACE_SECONDS)
    for page in (call.clinic, call.home):
        expect(mark(page, "physician", "alarm")).to_be_visible(timeout=CONNECTED_MS)
    call.clinic.evaluate("window.camera.mode = 'live'")
    call.wait_noted("physician", "restored", since)
    for page in (call.clinic, call.home):
        expect(mark(page, "physician", "ok")).to_be_visible(timeout=CONNECTED_MS)


def test_a_film_that_comes_again_is_noticed_and_the_call_pauses(call: Call) -> None:
    """Four seconds again and again: the second round begins after four, and is known by ten later."""
    call.clinic.evaluate("window.camera.mode = 'loop'")
    since = datetime.now(tz=UTC)
    promised(call.wait_noted("physician", "looped", since), 4 + FACE_SECONDS)
    for page in (call.clinic, call.home):
        state(page, "paused")
    call.clinic.evaluate("window.camera.mode = 'live'")
    call.wait_noted("physician", "restored", since)
    for page in (call.clinic, call.home):
        state(page, "live")


def test_another_physician_is_noticed_and_the_call_pauses(call: Call) -> None:
    sitter = material.sitter("heron-1", WIDTH, HEIGHT, 140)
    pictures = [drawn.jpeg(frame, 90) for frame in drawn.living(sitter, 12, rate=4)]
    addresses = [f"data:image/jpeg;base64,{base64.b64encode(one).decode()}" for one in pictures]
    call.clinic.evaluate("(sources) => window.camera.meet(sources)", addresses)
    with_picture(call.clinic)
    call.clinic.evaluate("window.camera.mode = 'other'")
    since = datetime.now(tz=UTC)
    promised(call.wait_noted("physician", "other_person", since), FACE_SECONDS)
    for page in (call.clinic, call.home):
        expect(mark(page, "physician", "alarm")).to_be_visible(timeout=CONNECTED_MS)
        state(page, "paused")
    expect(call.home.locator("[data-live-note]")).to_contain_text("通话先暂停一下")
    kind, level, numbers = call.rows(
        "SELECT kind, level, numbers FROM consultation_live_observation WHERE kind = 'other_person' ORDER BY at DESC"
    )[0]
    assert (kind, level) == ("other_person", "alarm")
    assert numbers["median_permille"] < 400
    call.clinic.evaluate("window.camera.mode = 'live'")
    call.wait_noted("physician", "restored", since)


def another(call: Call, number: int, *allowed: str) -> tuple[str, Page, Page]:
    """A visit of other people, who gave no face: its id and both pages, outside the call, which is over by then."""
    for page in (call.clinic, call.home):
        page.goto("about:blank")
    people = call.running.people()
    patient, physician = people.patients[number], people.physicians[number]
    with call.running.line() as line:
        visit = loop.begin(line, people, patient, physician)
    pages = []
    for name, person, address in (("clinic", physician, "clinic"), ("home", patient, "me")):
        given = allowed if allowed and name == "home" else ("camera", "microphone")
        used = call.clinic if name == "clinic" else call.home
        pages.append(
            enter(
                call.stack,
                call.play,
                call.films[name],
                call.running,
                person,
                f"/{address}/visits/{visit}/",
                allowed=given,
                browser=used.context.browser if len(given) > 1 else None,
            )
        )
    return visit, *pages


def between_the_two(call: Call, visit: str, page: Page) -> None:
    """As where nobody asks for forwarding: before the page hears its ticket, the session is one of that kind."""

    def join(route: Any) -> None:
        answer = route.fetch()
        with psycopg.connect(call.running.database) as connection:
            connection.execute(
                "UPDATE consultation_live_session SET mode = 'forwarded', recorded = false "
                "WHERE visit_id = %s AND started_at IS NULL",
                (visit,),
            )
        route.fulfill(response=answer)

    page.route("**/live/join", join)


def test_two_browsers_that_cannot_meet_any_more_are_forwarded_by_the_hospital(call: Call) -> None:
    mode = "SELECT mode FROM consultation_live_session WHERE visit_id = %s"
    visit, clinic, home = another(call, 1)
    between_the_two(call, visit, clinic)
    for page in (clinic, home):
        come_in(page)
    for page in (clinic, home):
        state(page, "live")
        moving(page)
    if call.rows(mode, visit) == [("forwarded",)]:
        for page in (clinic, home):
            page.evaluate("sessionStorage.apart = 1")
        home.reload()
    else:
        sys.stderr.write("busy machine: the two browsers were too slow to meet in fifteen seconds\n")
    for page in (clinic, home):
        expect(page.locator("[data-live-says]")).to_contain_text("改由医院转发", timeout=CONNECTED_MS)
        state(page, "live")
        moving(page)
    assert call.rows(mode, visit) == [("relay",)]
    clinic.locator("[data-live-leave]").click()
    for page in (clinic, home):
        page.context.close()


def test_without_leave_for_the_camera_the_voice_is_used_and_without_any_the_page_says_what_to_do(call: Call) -> None:
    _, clinic, home = another(call, 2, "microphone")
    says = home.locator("[data-live-says]")
    come_in(home)
    expect(says).to_contain_text("摄像头没有得到许可，改用语音", timeout=CONNECTED_MS)
    come_in(clinic)
    state(home, "live")
    expect(says).to_contain_text("摄像头没有得到许可，改用语音")
    home.locator("[data-live-leave]").click()
    home.context.clear_permissions()
    home.reload()
    for kind, words in (("video", "只用语音"), ("voice", "麦克风没有得到许可")):
        home.locator(f'[data-live-join="{kind}"]').click()
        expect(says).to_contain_text(words, timeout=CONNECTED_MS)
        expect(home.locator('[data-live-join="voice"]')).to_be_visible()
