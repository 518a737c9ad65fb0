"""Interactions: what must interrupt, what must not, and whether the table speaks with one voice."""

# ruff: noqa: SIM905
# A block of words is easier to review than a list of quoted strings.
from __future__ import annotations

from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import combinations

import pytest

from xinglin.clinical.knowledge.loading import Knowledge, read_folder, read_knowledge
from xinglin.clinical.knowledge.rows import Interaction
from xinglin.clinical.medicines.case import CURRENT, ORDER, Case, Line, Part, Patient
from xinglin.clinical.medicines.checks_pairs import interactions
from xinglin.clinical.medicines.index import Index, build_index

MUST_FIRE = """
phenelzine+fluoxetine linezolid+sertraline furazolidone+pseudoephedrine tranylcypromine+pethidine
moclobemide+sumatriptan selegiline+tramadol linezolid+methylphenidate thioridazine+paroxetine
pimozide+clarithromycin cisapride+ketoconazole terfenadine+erythromycin astemizole+itraconazole
dofetilide+cimetidine quinidine+sotalol amiodarone+dronedarone domperidone+clarithromycin
simvastatin+clarithromycin lovastatin+itraconazole simvastatin+gemfibrozil atorvastatin+fusidic-acid
tcm-xuezhikang+clarithromycin colchicine+clarithromycin ergotamine+erythromycin ergotamine+sumatriptan
triazolam+ketoconazole alprazolam+itraconazole ticagrelor+clarithromycin rivaroxaban+ketoconazole
apixaban+rifampicin dabigatran-etexilate+ciclosporin warfarin+rivaroxaban warfarin+diclofenac
warfarin+metronidazole warfarin+sulfamethoxazole warfarin+capecitabine warfarin+tcm-danshen enalapril+sacubitril
spironolactone+potassium-chloride lithium-carbonate+hydrochlorothiazide lithium-carbonate+ibuprofen
digoxin+amiodarone digoxin+clarithromycin metoprolol+verapamil ivabradine+diltiazem propranolol+salbutamol
glyceryl-trinitrate+sildenafil riociguat+tadalafil bosentan+ciclosporin bosentan+glibenclamide
tizanidine+ciprofloxacin ramelteon+fluvoxamine duloxetine+ciprofloxacin clozapine+carbamazepine
theophylline+ciprofloxacin repaglinide+gemfibrozil allopurinol+azathioprine febuxostat+mercaptopurine
methotrexate+trimethoprim valproic-acid+meropenem voriconazole+rifampicin velpatasvir+carbamazepine
sofosbuvir+amiodarone rilpivirine+omeprazole atazanavir+esomeprazole isotretinoin+doxycycline oxycodone+diazepam
morphine+naltrexone levodopa+metoclopramide donepezil+trihexyphenidyl ethinylestradiol+rifampicin
tacrolimus+clarithromycin tolvaptan+ketoconazole eplerenone+clarithromycin venetoclax+posaconazole
ibrutinib+itraconazole metronidazole+tcm-huoxiang cefoperazone+ethanol clopidogrel+omeprazole
dantrolene+verapamil azathioprine+mmr-vaccine haloperidol+methadone cilostazol+moxifloxacin
""".split()

MUST_STAY_QUIET = """
metformin+enalapril metformin+atorvastatin metformin+aspirin enalapril+aspirin enalapril+amlodipine
valsartan+amlodipine valsartan+hydrochlorothiazide atorvastatin+amlodipine simvastatin+amlodipine
rosuvastatin+amlodipine bisoprolol+amlodipine metoprolol+aspirin metoprolol+enalapril
metoprolol+insulin-glargine bisoprolol+metformin dapagliflozin+metformin dapagliflozin+insulin-glargine
empagliflozin+furosemide aspirin+clopidogrel aspirin+atorvastatin aspirin+omeprazole clopidogrel+pantoprazole
clopidogrel+rabeprazole omeprazole+metformin omeprazole+amlodipine omeprazole+enalapril
spironolactone+furosemide spironolactone+enalapril spironolactone+valsartan digoxin+furosemide
digoxin+metoprolol sertraline+ibuprofen sertraline+sumatriptan escitalopram+lorazepam
calcium-carbonate+levothyroxine-sodium ferrous-succinate+levothyroxine-sodium ciprofloxacin+calcium-carbonate
doxycycline+ferrous-sulfate alendronic-acid+calcium-carbonate warfarin+paracetamol warfarin+rosuvastatin
warfarin+levothyroxine-sodium prednisone+metformin levodopa+selegiline levodopa+rasagiline
amoxicillin+clarithromycin amoxicillin+omeprazole clarithromycin+omeprazole glimepiride+metformin
sitagliptin+metformin glimepiride+insulin-glargine acarbose+metformin salbutamol+budesonide
salmeterol+fluticasone montelukast+budesonide tiotropium-bromide+formoterol theophylline+budesonide
isoniazid+rifampicin isoniazid+pyrazinamide methotrexate+folic-acid methotrexate+leflunomide
methotrexate+hydroxychloroquine tamsulosin+finasteride tamsulosin+sildenafil allopurinol+colchicine
febuxostat+colchicine fenofibrate+atorvastatin ezetimibe+atorvastatin levetiracetam+valproic-acid
lamotrigine+levetiracetam donepezil+memantine mirtazapine+sertraline paracetamol+ibuprofen cetirizine+budesonide
isosorbide-mononitrate+metoprolol nicorandil+aspirin
""".split()

CHRONIC = """
metformin enalapril atorvastatin aspirin amlodipine pantoprazole omeprazole metoprolol bisoprolol dapagliflozin
insulin-glargine valsartan rosuvastatin hydrochlorothiazide indapamide acarbose sitagliptin
isosorbide-mononitrate losartan felodipine nifedipine glimepiride rabeprazole empagliflozin irbesartan
perindopril ezetimibe
""".split()


@cache
def knowledge() -> Knowledge:
    documents, digest = read_folder(files("xinglin.clinical.knowledge") / "medicines")
    return read_knowledge(documents, digest)[0]


@cache
def index() -> Index:
    return build_index(knowledge())


def tiers(one: str, other: str, years: int = 45) -> dict[str, str]:
    """Rows that hold, by the gravest per pair, for an adult of whom only the age is known."""
    lines = [Line(0, ORDER, one, (Part(one),)), Line(0, CURRENT, other, (Part(other),))]
    patient = Patient(age_years=Fraction(years), age_days=years * 365)
    case = Case("t", None, patient, (lines[0],), (lines[1],))
    return {found.row: found.tier for found in interactions(case, index())}


@pytest.mark.parametrize("pair", MUST_FIRE)
def test_a_dangerous_pair_interrupts(pair: str) -> None:
    one, other = pair.split("+")
    assert set(tiers(one, other).values()) & {"X", "D"}, pair
    assert set(tiers(other, one).values()) & {"X", "D"}, f"{pair}, the other way round"


@pytest.mark.parametrize("pair", MUST_STAY_QUIET)
def test_an_ordinary_pair_does_not_interrupt(pair: str) -> None:
    one, other = pair.split("+")
    assert one in knowledge().names.ingredients
    assert other in knowledge().names.ingredients
    assert not set(tiers(one, other).values()) & {"X", "D"}, (pair, tiers(one, other))


def test_an_ordinary_chronic_prescription_interrupts_nobody() -> None:
    alternatives = {frozenset({"enalapril", "valsartan"}), frozenset({"perindopril", "valsartan"})}
    rings = {
        (one, other): tiers(one, other)
        for one, other in combinations(CHRONIC, 2)
        if set(tiers(one, other, 60).values()) & {"X", "D"} and frozenset({one, other}) not in alternatives
    }
    same_system = {"enalapril", "perindopril", "valsartan", "losartan", "irbesartan"}
    assert {pair for pair in rings if not set(pair) <= same_system} == set()


def test_the_own_tables_are_without_fault() -> None:
    documents, digest = read_folder(files("xinglin.clinical.knowledge") / "medicines")
    _knowledge, faults = read_knowledge(documents, digest)
    own = ("interactions.csv", "classes/interaction.csv", "sources/interactions.csv")
    assert [str(fault) for fault in faults if str(fault).startswith(own)] == []


def test_the_table_is_broad_and_every_row_has_two_sides() -> None:
    found = knowledge().rows(Interaction)
    assert len(found) >= 600
    known = set(knowledge().names.ingredients)
    for row in found:
        assert row.a, row.id
        assert row.b, row.id
        assert row.a | row.b <= known, row.id
        assert len(row.a | row.b) >= 2, f"{row.id} speaks of one substance alone"


def test_every_row_speaks_both_languages_and_ends_its_sentences() -> None:
    for row in knowledge().rows(Interaction):
        assert row.effect_zh.endswith("。"), row.id
        assert row.action_zh.endswith("。"), row.id
        assert row.effect_en.endswith("."), row.id
        assert row.action_en.endswith("."), row.id
        assert not row.effect_en.isupper(), row.id
        assert row.source, row.id


def test_no_pair_is_called_forbidden_by_one_row_and_a_matter_of_timing_by_another() -> None:
    worst: dict[frozenset[str], dict[str, str]] = {}
    for row in knowledge().rows(Interaction):
        for one in row.a:
            for other in row.b - {one}:
                worst.setdefault(frozenset({one, other}), {})[row.tier] = row.id
    torn = {tuple(sorted(pair)): said for pair, said in worst.items() if {"X", "B"} <= set(said)}
    assert torn == {}


def test_a_context_lowers_where_the_danger_is_met() -> None:
    warfarin, paracetamol = Part("warfarin"), Part("paracetamol")
    case = Case(
        "t",
        None,
        Patient(age_years=Fraction(60), age_days=21900),
        (Line(0, ORDER, "paracetamol", (paracetamol,), days=2),),
        (Line(0, CURRENT, "warfarin", (warfarin,)),),
    )
    assert [found for found in interactions(case, index()) if found.tier != "-"] == []


def test_a_statin_recorded_as_held_no_longer_blocks() -> None:
    held = Line(0, CURRENT, "simvastatin", (Part("simvastatin"),), held=True)
    order = Line(0, ORDER, "clarithromycin", (Part("clarithromycin"),))
    case = Case("t", None, Patient(age_years=Fraction(60), age_days=21900), (order,), (held,))
    assert {found.tier for found in interactions(case, index())} <= {"B", "C", "-"}
