"""Every code has a name of its own in both languages, also where two vocabularies share a code."""

from django.db.models import TextChoices

from xinglin.hospital.identity import selectors, words


def test_every_named_vocabulary_is_named_whole() -> None:
    for vocabulary, names in words.NAMES.items():
        assert set(names) == set(vocabulary.values), vocabulary
        for code in vocabulary:
            assert words.name(code).zh
            assert words.name(code).en


def test_one_code_in_two_vocabularies_keeps_two_names() -> None:
    assert words.name(words.IdType.RESIDENT).zh == "居民身份证"
    assert words.name(words.Title.RESIDENT).zh == "住院医师"
    assert dict(selectors.DOCUMENTS)["resident"].en == "resident identity card"


def test_vocabularies_without_names_are_never_shown() -> None:
    shown = {one for one in vars(words).values() if isinstance(one, type) and issubclass(one, TextChoices)}
    silent = {one.__name__ for one in shown - set(words.NAMES) - {TextChoices}}
    internal = {"AccountKind", "OfficeRole", "ProofMethod", "CodePurpose", "PersonStatus", "CheckMethod", "PhotoKind"}
    assert silent == internal | {"InstitutionStatus", "PractitionerStatus"}
