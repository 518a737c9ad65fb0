"""What forms offer to choose from, as (code, name) in both languages."""

from xinglin.hospital.identity import likeness_words, words
from xinglin.hospital.kernel.texts import T

Options = tuple[tuple[str, T], ...]

SEXES: Options = tuple((one.value, words.name(one)) for one in words.Sex)
DOCUMENTS: Options = tuple((one.value, words.name(one)) for one in words.IdType if one != words.IdType.MOTHER)
ALL_DOCUMENTS: Options = tuple((one.value, words.name(one)) for one in words.IdType)
RELATIONS: Options = tuple((one.value, words.name(one)) for one in words.Relation)
PROFESSIONS: Options = tuple((one.value, words.name(one)) for one in words.PractitionerKind)
TITLES: Options = tuple((one.value, words.name(one)) for one in words.Title)
PAPERS: Options = tuple((one.value, words.name(one)) for one in words.PaperKind)
SPOKEN: Options = tuple(words.LANGUAGES.items())
INSTITUTION_KINDS: Options = tuple((one.value, words.name(one)) for one in words.InstitutionKind)
LEVELS: Options = tuple(words.LEVELS.items())
ONLINE_SERVICES: Options = tuple(words.ONLINE_SERVICES.items())
ASKABLE_REASONS: Options = tuple((one.value, likeness_words.name(one)) for one in likeness_words.ASKABLE)
REVIEW_WAYS: Options = tuple((one.value, likeness_words.name(one)) for one in likeness_words.ReviewWay)
