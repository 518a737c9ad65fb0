"""Take pictures of the pages of a running hospital: `make screenshots` (the hospital must run: `make demo`).

Each page is opened as the demo person who uses it, at the widths, in the languages and themes asked for.
Needs a Chromium: the one of the system (`chromium`, `google-chrome`), or the one that CHROMIUM names.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError


@dataclass(frozen=True)
class Shot:
    """One page: a name, who opens it (a demo person's key or role; empty for a visitor), its address, what to click."""

    name: str
    role: str
    address: str
    follow: str = ""


SHOTS = (
    Shot("landing", "", "/"),
    Shot("demo", "", "/demo/"),
    Shot("physicians", "", "/physicians"),
    Shot("profile", "", "/physicians", "main a[href^='/physicians/0']"),
    Shot("register", "", "/register"),
    Shot("sign-in", "", "/sign-in"),
    Shot("staff-sign-in", "", "/staff/login/"),
    Shot("apply", "", "/apply"),
    Shot("patient-home", "patient_paying", "/me/"),
    Shot("patient-talk", "patient_diabetes", "/me/", "main .next a.button.primary"),
    Shot("patient-visits", "patient_hypertension", "/me/visits/"),
    Shot("patient-prescriptions", "patient_hypertension", "/me/prescriptions/"),
    Shot("patient-prescription", "patient_hypertension", "/me/prescriptions/", "main .list a"),
    Shot("payments", "patient_hypertension", "/payment/"),
    Shot("receipt", "patient_hypertension", "/payment/", "main .list a"),
    Shot("describe", "patient_hypertension", "/me/describe/"),
    Shot("patient-facts", "patient_diabetes", "/me/facts/"),
    Shot("measurements", "patient_hypertension", "/me/measurements/"),
    Shot("device-test", "patient_diabetes", "/me/device-test"),
    Shot("likeness", "patient_diabetes", "/me/likeness"),
    Shot("pay", "patient_paying", "/me/", "main .next a.button.primary"),
    Shot("clinic", "physician_general", "/clinic/"),
    Shot("room", "physician_general", "/clinic/", "main .halves a[href^='/clinic/visits/'] >> nth=-1"),
    Shot("clinic-visits", "physician_general", "/clinic/visits/"),
    Shot("clinic-prescriptions", "physician_cardiology", "/clinic/prescriptions/"),
    Shot("review", "pharmacist_review", "/pharmacy/"),
    Shot("dispensing", "pharmacist_dispense", "/pharmacy/dispensing/"),
    Shot("deliveries", "pharmacist_dispense", "/pharmacy/deliveries/"),
    Shot("affairs", "medical_affairs", "/affairs/"),
    Shot("affairs-practitioners", "medical_affairs", "/affairs/practitioners/"),
    Shot("affairs-institutions", "medical_affairs", "/affairs/institutions/"),
    Shot("affairs-alarms", "medical_affairs", "/affairs/alarms/"),
    Shot("affairs-likeness", "medical_affairs", "/affairs/likeness/"),
    Shot("live-visits", "medical_affairs", "/affairs/live-visits/"),
    Shot("findings", "auditor", "/audit/"),
    Shot("finding", "auditor", "/audit/", "main .next a.button.primary"),
    Shot("fund", "auditor", "/audit/fund/"),
    Shot("rules", "auditor", "/audit/rules/"),
    Shot("board", "regulator", "/board/"),
    Shot("journal", "regulator", "/board/journal/"),
    Shot("institution", "regulator", "/board/", "main .list a"),
)


def chromium() -> str:
    """The path of a Chromium, or a clear end."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found:
            return found
    sys.exit("No Chromium found. Install one (Debian: apt-get install chromium) or name it in CHROMIUM.")


def people() -> list[dict[str, str]]:
    """The demo people with their one-click links, from the hospital itself."""
    out = subprocess.run(
        [sys.executable, "-m", "xinglin", "people", "--json"],
        env=os.environ | {"XINGLIN_DEMO": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, str]] = json.loads(out.stdout)
    return found


def take(browser: Browser, base: str, shot: Shot, link: str, look: tuple[str, int, str], out: Path) -> None:
    """One picture of one page in one language, width and theme."""
    language, width, theme = look
    context = browser.new_context(viewport={"width": width, "height": 900 if width > 600 else 844})
    context.add_cookies(
        [
            {"name": "xinglin_language", "value": {"zh": "zh-hans"}.get(language, language), "url": base},
            {"name": "xinglin_theme", "value": theme, "url": base},
        ]
    )
    page: Page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    if link:
        page.goto(link if link.startswith("http") else base + link)
    answer = page.goto(base + shot.address)
    if shot.follow:
        page.wait_for_timeout(400)
        try:
            with page.expect_navigation(timeout=5000) as going:
                page.click(shot.follow, timeout=4000)
            answer = going.value
        except PlaywrightError as error:
            problems.append(str(error).splitlines()[0])
    page.wait_for_timeout(500)
    page.screenshot(path=out / f"{shot.name}-{language}-{width}-{theme}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    status = answer.status if answer else 0
    note = f" wider than the window: {wide}" if wide > width + 1 else ""
    print(f"{shot.name:24} {language} {width:5} {theme:5} {status}{note} {problems or ''}")
    context.close()


def room(browser: Browser, base: str, out: Path) -> None:
    """The picture of the README: the consultation room, with a rule speaking up beside a line that is too long."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{base}/demo/as/physician_general")
    page.goto(f"{base}/clinic/")
    page.locator("main .halves a[href^='/clinic/visits/']").last.click()
    page.wait_for_selector("#rx-q")
    for field, words in NOTES.items():
        page.fill(f"#{field}", words)
    page.locator("#diagnosis-q").press_sequentially("E11.9", delay=50)
    page.locator("#diagnoses-found button").first.click()
    page.wait_for_selector("#record-diagnoses li")
    page.locator("#rx-q").press_sequentially("ejsg", delay=50)
    page.locator("#rx-results button").nth(2).click()
    page.wait_for_selector("#rx input[name^=days-]")
    page.fill("#rx input[name^=days-] >> nth=0", "60")
    page.wait_for_selector("#rx .rx-line .finding:has-text('B03')")
    page.fill("#rx-q", "")
    page.evaluate(
        "for (const part of document.querySelectorAll('.room > section'))"
        " if (part.querySelector('#rx')) part.scrollTop = part.querySelector('#rx').offsetTop - 110"
    )
    page.wait_for_timeout(900)
    page.screenshot(path=out / "room.png")
    context.close()


NOTES = {
    "record-subjective": "2 型糖尿病 6 年，规律服二甲双胍。近两周空腹血糖 7.2 至 8.0 mmol/L，出差漏服两次。",
    "record-objective": "家测空腹血糖 7.2 mmol/L。",
    "record-assessment": "血糖控制欠佳，与漏服有关。",
    "record-plan": "继续二甲双胍，按时服药；两周后复查空腹血糖。",
    "v-systolic_mmhg": "128",
    "v-diastolic_mmhg": "78",
}


def main() -> None:
    """Parse the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default=f"http://localhost:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--page", action="append", default=[], help="role:/address, further pages to take")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--widths", default="390,1440")
    parser.add_argument("--themes", default="light")
    parser.add_argument("--readme", action="store_true", help="only the picture of the README, into docs/pictures")
    given = parser.parse_args()
    if given.readme:
        given.out = Path("docs/pictures")
    given.out.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if not given.only or shot.name in given.only.split(",")]
    if given.page:
        shots = [] if not given.only else shots
        for text in given.page:
            role, _, address = text.partition(":")
            shots.append(Shot(address.strip("/").replace("/", "_") or "root", role, address))
    if given.readme:
        shots = []
    known = people() if any(shot.role for shot in shots) else []
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        if given.readme:
            room(browser, given.base, given.out)
        for shot in shots:
            keyed = [person["link"] for person in known if shot.role and person["link"].endswith(f"/{shot.role}")]
            link = next(iter(keyed + [person["link"] for person in known if person["role"] == shot.role]), "")
            if shot.role.startswith("@"):
                link = next((person["link"] for person in known if person["name"] == shot.role[1:]), "")
            for language in given.languages.split(","):
                for width in given.widths.split(","):
                    for theme in given.themes.split(","):
                        take(browser, given.base, shot, link, (language, int(width), theme), given.out)
        browser.close()


if __name__ == "__main__":
    main()
