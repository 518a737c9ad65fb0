"""One's own likeness: consent, enrolment, deletion, another way; the same page for patients and staff."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import VERIFY_SELF
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.identity.fields import uploaded
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

VOICES = 3


def _consent(request: Request) -> T:
    kind = request.POST.get("kind", "")
    services.give_likeness_consent(
        actor=request.actor, kind=kind, text_version=request.POST.get("text_version", ""), now=request.now
    )
    return T(zh="已记录您的同意。", en="Your consent is recorded.")


def _withdraw(request: Request) -> T:
    services.withdraw_likeness_consent(actor=request.actor, kind=request.POST.get("kind", ""), now=request.now)
    return T(zh="已撤回同意，模板和密钥已销毁。", en="Withdrawn: template and key are destroyed.")


def _delete(request: Request) -> T:
    services.revoke_template(
        actor=request.actor,
        template_id=uuid_or_none(request.POST.get("template", "")) or request.actor.id,
        reason="own wish",
        now=request.now,
    )
    return T(zh="已删除登记，不能恢复。", en="Deleted; it cannot be restored.")


def _ask(request: Request) -> T:
    services.ask_alternative(
        actor=request.actor,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
        now=request.now,
    )
    return T(zh="已提交，医务管理人员会人工核验。", en="Handed in: a person at the hospital will check.")


def _take_back(request: Request) -> T:
    services.withdraw_alternative(
        actor=request.actor,
        review_id=uuid_or_none(request.POST.get("review", "")) or request.actor.id,
        now=request.now,
    )
    return T(zh="已撤回申请。", en="Taken back.")


def _voice(request: Request) -> T:
    sounds = [bytes(file.read()) for file in request.FILES.getlist("sounds") if (file.size or 0) < 5_000_000]
    services.enrol_voice(actor=request.actor, samples=sounds, now=request.now)
    return T(zh="已登记声音。", en="Your voice is enrolled.")


def _card(request: Request) -> T:
    view = services.read_card(
        actor=request.actor,
        person_id=request.actor.person_id or request.actor.id,
        side=request.POST.get("side", "front"),
        raw=uploaded(request, "photo"),
        now=request.now,
    )
    if view.open:
        return T(
            zh="证件已识别，有内容与您的登记不同，请看下面。", en="Read; something differs from your entry, see below."
        )
    if view.read:
        return T(zh="证件已识别，与您的登记一致。", en="Read, and as your entry has it.")
    return T(zh="照片已保存，但没有自动识别。", en="The picture is kept, but nothing was read from it.")


def _settle(request: Request) -> T:
    services.settle_card(
        actor=request.actor,
        reading_id=uuid_or_none(request.POST.get("reading", "")) or request.actor.id,
        keep=request.POST.get("keep", ""),
        now=request.now,
    )
    return T(zh="已记录。", en="Recorded.")


DEEDS: dict[str, Callable[[Request], T]] = {
    "consent": _consent,
    "withdraw": _withdraw,
    "delete": _delete,
    "ask": _ask,
    "take_back": _take_back,
    "voice": _voice,
    "card": _card,
    "settle": _settle,
}


@page(VERIFY_SELF)
def mine(request: Request) -> HttpResponse:
    """What is enrolled of oneself and every deed about it."""
    person_id = request.actor.person_id
    if person_id is None:
        raise NotFound
    context: dict[str, Any] = {"typed": request.POST}
    status = 200
    if request.method == "POST":
        try:
            messages.success(request, str(DEEDS[request.POST.get("do", "ask")](request)))
            return redirect("identity:likeness")
        except KeyError:
            raise NotFound from None
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = refusal
    own = selectors.likeness(actor=request.actor, person_id=person_id, at=request.now)
    context |= {
        "own": own,
        "face_text": selectors.consent_text("face"),
        "voice_text": selectors.consent_text("voice"),
        "reasons": selectors.ASKABLE_REASONS,
        "card": selectors.latest_card(actor=request.actor, person_id=person_id),
        "rule": selectors.policy_of(account_id=request.actor.id, purpose="visit"),
        "sentences": SENTENCES,
    }
    return render(request, "identity/likeness.html", context, status=status)


SENTENCES = (
    T(
        zh="春天的杏花开满山坡，傍晚的风里有淡淡的香气。",
        en="In spring the apricot trees cover the hill, and the evening wind smells of blossom.",
    ),
    T(
        zh="今天上午我测了两次血压，一次在起床以后，一次在早饭之前。",
        en="This morning I measured my blood pressure twice, once after getting up and once before breakfast.",
    ),
    T(
        zh="从北门进去向右走，过了小桥就能看见那座白色的房子。",
        en="Go in by the north gate, keep right, and behind the small bridge you will see the white house.",
    ),
)
"""What is read aloud to enrol a voice. What is said does not matter; that it differs does."""
