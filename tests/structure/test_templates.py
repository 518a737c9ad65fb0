"""Both languages on every page: no words outside {% t %}, and both given inside it."""

import re

import pytest
from tests.structure.source import SRC, where

TEMPLATES = sorted(SRC.rglob("templates/**/*.html"))
BRAND = {
    "Xinglin",
    "杏林",
    "SOAP",
    "ICD",
    "ATC",
    "FHIR",
    "API",
    "OpenAPI",
    "TOTP",
    "English",
    "中文",
    "EN",
    "SHA",
    "Ed",
}
"""Names that are the same in both languages; the language switch names each language in itself."""

SPEAKING = re.compile(r"""\s(?:title|alt|placeholder|aria-label|aria-description)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
WORD = re.compile(r"[A-Za-z]{2,}|[㐀-鿿]+")
HAN = re.compile(r"[㐀-鿿]")
TEXT = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
TALK = re.compile(rf"{{%\s*t\s+{TEXT}\s+{TEXT}(.*?)%}}", re.S)
ANY_TALK = re.compile(r"{%\s*t\s")


def _without_code(text: str) -> str:
    text = re.sub(r"{%\s*block\s+\w*class\w*\s*%}.*?{%\s*endblock", "{% endblock", text, flags=re.S)
    text = re.sub(r"{%\s*comment.*?{%\s*endcomment\s*%}", "", text, flags=re.S)
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", text, flags=re.S)
    return re.sub(r"<!--.*?-->|<(script|style|code)\b.*?</\1>", " ", text, flags=re.S)


def bare_words(text: str) -> list[str]:
    """Words of a template that a reader sees in one language only."""
    code = _without_code(text)
    spoken = [a or b for a, b in SPEAKING.findall(code)]
    spoken.append(re.sub(r"<!?/?[A-Za-z][^>]*>|&\w+;", " ", code))
    return [word for part in spoken for word in WORD.findall(part) if word not in BRAND]


def lopsided(text: str) -> list[str]:
    """{% t %} tags whose first text is not Chinese or whose second is."""
    found = [] if len(TALK.findall(text)) == len(ANY_TALK.findall(text)) else ["a {% t %} without two literal texts"]
    for zh, en, _ in TALK.findall(text):
        letters = WORD.search(re.sub(r"{\w+}", "", zh))
        chinese = HAN.search(zh) or not letters or letters.group() in BRAND
        if not chinese or (HAN.search(en) and zh != en) or not en.strip("\"' "):
            found.append(f"{zh} {en}")
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=where)
def test_pages_speak_both_languages(path: "object") -> None:
    text = path.read_text()  # type: ignore[attr-defined]
    assert bare_words(text) == []
    assert lopsided(text) == []


def test_the_test_sees_bare_words() -> None:
    assert bare_words('<p>{% t "候诊" "Waiting" %} &middot; {{ name }} 12 <b>Xinglin</b></p>') == []
    assert bare_words("<p>候诊</p>") == ["候诊"]
    assert bare_words('<input placeholder="Your name">') == ["Your", "name"]
    assert bare_words("<script>let words = 1;</script><!-- note -->") == []


def test_the_test_sees_lopsided_tags() -> None:
    assert lopsided('{% t "候诊" "Waiting" %}{% t "第 {n} 步" "Step {n}" n=step %}') == []
    assert lopsided('{% t "Waiting" "候诊" %}') != []
    assert lopsided('{% t "候诊" "候诊中" %}') != []
    assert lopsided('{% t label "Waiting" %}') != []
