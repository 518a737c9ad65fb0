-- Ten line rules that need no history but what the check of medicines found of the line, as a person would write them by hand for this one lake: the year's law as
-- constants, every list looked up once for each code that occurs. It has no dates of law, no places, no sentences; it
-- says the same about every line. The tables `k_…` hold the rows of the law's lists as they stand in the knowledge.

CREATE MACRO outcome(applies, violates) AS
    CASE WHEN applies AND violates THEN 2 WHEN applies AND NOT violates THEN 1 WHEN NOT applies THEN 0 ELSE 3 END::TINYINT;
CREATE MACRO up(a, b) AS CASE WHEN a >= 0 AND b > 0 THEN (a + b - 1) // b END;
CREATE MACRO down(a, b) AS CASE WHEN a >= 0 AND b > 0 THEN a // b END;
CREATE MACRO above(amount, most) AS
    CASE WHEN amount - most > 0 THEN up((amount - most) * 1000, CASE WHEN amount > 1 THEN amount ELSE 1 END)
         WHEN amount - most <= 0 THEN 0 END;
CREATE MACRO years(birth, day) AS
    year(day) - year(birth) - (month(day) * 100 + day(day) < month(birth) * 100 + day(birth))::INTEGER;
CREATE MACRO larger_of(a, b) AS CASE WHEN a >= b THEN a WHEN a < b THEN b END;
CREATE MACRO forbids(level, signed) AS level = 'contraindicated' OR (level = 'caution' AND NOT coalesce(signed, FALSE));

-- codes
CREATE TEMP TABLE atc_codes AS SELECT DISTINCT line_atc_code AS code FROM lines WHERE line_atc_code IS NOT NULL;
CREATE TEMP TABLE by_atc AS
SELECT code, coalesce((SELECT control FROM k_special_control WHERE k0 = code), 'none') AS special_control,
    coalesce((SELECT arg_max("group", length(k0)) FROM k_long_excluded WHERE starts_with(code, k0)), 'none') AS long_excluded,
    coalesce((SELECT arg_max(months, length(k0)) FROM k_child_forbidden WHERE starts_with(code, k0)), -1) AS child_forbidden,
    coalesce((SELECT arg_max(sex, length(k0)) FROM k_drug_sex WHERE starts_with(code, k0)), 'none') AS sex,
    coalesce((SELECT arg_max(level, length(k0)) FROM k_pregnancy WHERE starts_with(code, k0)), 'none') AS pregnancy,
    coalesce((SELECT arg_max(from_week, length(k0)) FROM k_pregnancy WHERE starts_with(code, k0)), 0) AS from_week,
    coalesce((SELECT arg_max(until_week, length(k0)) FROM k_pregnancy WHERE starts_with(code, k0)), 99) AS until_week,
    coalesce((SELECT arg_max(level, length(k0)) FROM k_lactation WHERE starts_with(code, k0)), 'none') AS lactation
FROM atc_codes;
CREATE TEMP TABLE by_product AS
SELECT code,
    coalesce((SELECT arg_max(months, length(k0)) FROM k_child_forbidden WHERE starts_with(code, k0)), -1) AS child_forbidden,
    coalesce((SELECT arg_max(years, length(k0)) FROM k_child_only WHERE starts_with(code, k0)), 0) AS child_only,
    coalesce((SELECT arg_max(sex, length(k0)) FROM k_drug_sex WHERE starts_with(code, k0)), 'none') AS sex
FROM (SELECT DISTINCT line_drug_code AS code FROM lines WHERE line_drug_code IS NOT NULL);
CREATE TEMP TABLE by_substance AS
SELECT code,
    coalesce((SELECT arg_max(months, length(k0)) FROM k_child_forbidden WHERE starts_with(code, k0)), -1) AS child_forbidden,
    coalesce((SELECT arg_max(years, length(k0)) FROM k_child_only WHERE starts_with(code, k0)), 0) AS child_only,
    coalesce((SELECT arg_max(sex, length(k0)) FROM k_drug_sex WHERE starts_with(code, k0)), 'none') AS sex,
    coalesce((SELECT arg_max(level, length(k0)) FROM k_pregnancy WHERE starts_with(code, k0)), 'none') AS pregnancy,
    coalesce((SELECT arg_max(level, length(k0)) FROM k_lactation WHERE starts_with(code, k0)), 'none') AS lactation
FROM (SELECT DISTINCT line_ingredients AS code FROM lines WHERE line_ingredients IS NOT NULL);
CREATE TEMP TABLE by_diagnosis AS
SELECT code,
    coalesce((SELECT arg_max(chronic, length(k0)) FROM k_long_disease WHERE starts_with(code, k0)), FALSE) AS chronic,
    coalesce((SELECT arg_max(lasting, length(k0)) FROM k_lasting_infection WHERE starts_with(code, k0)), FALSE) AS lasting
FROM (
    SELECT encounter_diagnosis_code AS code FROM encounters UNION SELECT encounter_diagnosis_2_code FROM encounters
    UNION SELECT encounter_diagnosis_3_code FROM encounters
) WHERE code IS NOT NULL;
CREATE TEMP TABLE by_both AS
SELECT atc_codes.code AS atc, by_diagnosis.code AS diagnosis, EXISTS (
    SELECT * FROM k_drug_sex_exception WHERE starts_with(atc_codes.code, k0) AND starts_with(by_diagnosis.code, k1)
) AS excepted
FROM atc_codes CROSS JOIN by_diagnosis;
CREATE TEMP TABLE by_route AS
SELECT atc, route, coalesce(single, 0) AS single, coalesce(daily, 0) AS daily, coalesce(kilogram, 0) AS kilogram,
    coalesce(once, 0) AS once, coalesce(days, 0) AS days
FROM (SELECT DISTINCT line_atc_code AS atc, line_route_code AS route FROM lines)
LEFT JOIN k_dose_max ON k0 = atc AND k1 = route WHERE atc IS NOT NULL AND route IS NOT NULL;
CREATE TEMP TABLE by_line AS
SELECT detected_line_id AS line,
    count(*) FILTER (child) AS child_found, bool_or(child IS NULL) AS child_open,
    count(*) FILTER (dose) AS dose_found, bool_or(dose IS NULL) AS dose_open,
    max(coalesce(detected_over_permille, 0)) FILTER (dose) AS dose_most,
    count(*) FILTER (never) AS never_found, bool_or(never IS NULL) AS never_open,
    count(*) FILTER (weighed) AS weighed_found, bool_or(weighed IS NULL) AS weighed_open
FROM (
    SELECT *, detected_kind = 'child' AND detected_tier = 'X' AS child,
        detected_kind = 'dose' AND detected_tier IN ('X', 'D') AS dose,
        detected_kind IN ('pregnancy', 'lactation') AND detected_tier = 'X' AS never,
        detected_kind IN ('pregnancy', 'lactation') AND detected_tier = 'D' AS weighed
    FROM detected
)
GROUP BY detected_line_id;

-- facts
CREATE TEMP VIEW wide AS
SELECT line_id AS subject, l.*, p.*, e.*, a.special_control AS lists_special_control,
    7::BIGINT AS limits_supply_days_ordinary, 3::BIGINT AS limits_supply_days_emergency,
    28::BIGINT AS limits_supply_days_reasoned, 28::BIGINT AS limits_supply_days_long,
    84::BIGINT AS limits_supply_days_long_assessed, 1::BIGINT AS limits_antimicrobial_overstep_days,
    1000::BIGINT AS limits_dose_tolerance_permille, 14::BIGINT AS limits_dose_child_years_below,
    12::BIGINT AS limits_childbearing_years_from, 50::BIGINT AS limits_childbearing_years_until,
    f.times AS lists_frequency_times, f.days AS lists_frequency_days, f.counted AS lists_frequency_counted,
    d1.chronic AS lists_long_disease_1, d2.chronic AS lists_long_disease_2, d3.chronic AS lists_long_disease_3,
    d1.lasting AS lists_lasting_infection_1, d2.lasting AS lists_lasting_infection_2,
    d3.lasting AS lists_lasting_infection_3, a.long_excluded AS lists_long_excluded,
    a.child_forbidden AS lists_child_forbidden_atc, d.child_forbidden AS lists_child_forbidden_product,
    s.child_forbidden AS lists_child_forbidden_substance, d.child_only AS lists_child_only_product,
    s.child_only AS lists_child_only_substance, a.sex AS lists_drug_sex_atc, d.sex AS lists_drug_sex_product,
    s.sex AS lists_drug_sex_substance, x1.excepted AS lists_drug_sex_exception_1,
    x2.excepted AS lists_drug_sex_exception_2, x3.excepted AS lists_drug_sex_exception_3,
    r.single AS lists_dose_single_max, r.daily AS lists_dose_daily_max, r.kilogram AS lists_dose_kilogram_max,
    r.once AS lists_dose_once_max, r.days AS lists_dose_days_max, a.pregnancy AS lists_pregnancy_level,
    a.from_week AS lists_pregnancy_from_week, a.until_week AS lists_pregnancy_until_week,
    s.pregnancy AS lists_pregnancy_level_substance, a.lactation AS lists_lactation_level,
    s.lactation AS lists_lactation_level_substance,
    CASE WHEN child_open THEN NULL ELSE coalesce(child_found, 0) END AS measure_child_findings,
    CASE WHEN dose_open THEN NULL ELSE coalesce(dose_found, 0) END AS measure_dose_findings,
    CASE WHEN dose_open THEN NULL ELSE coalesce(dose_most, 0) END AS measure_dose_over_permille,
    CASE WHEN never_open THEN NULL ELSE coalesce(never_found, 0) END AS measure_pregnancy_x,
    CASE WHEN weighed_open THEN NULL ELSE coalesce(weighed_found, 0) END AS measure_pregnancy_d
FROM lines AS l
LEFT JOIN prescriptions AS p ON line_prescription_id = prescription_id
LEFT JOIN encounters AS e ON prescription_encounter_id = encounter_id
LEFT JOIN by_atc AS a ON a.code = line_atc_code
LEFT JOIN by_product AS d ON d.code = line_drug_code
LEFT JOIN by_substance AS s ON s.code = line_ingredients
LEFT JOIN k_frequency AS f ON f.k0 = line_frequency_code
LEFT JOIN by_diagnosis AS d1 ON d1.code = encounter_diagnosis_code
LEFT JOIN by_diagnosis AS d2 ON d2.code = encounter_diagnosis_2_code
LEFT JOIN by_diagnosis AS d3 ON d3.code = encounter_diagnosis_3_code
LEFT JOIN by_both AS x1 ON x1.atc = line_atc_code AND x1.diagnosis = encounter_diagnosis_code
LEFT JOIN by_both AS x2 ON x2.atc = line_atc_code AND x2.diagnosis = encounter_diagnosis_2_code
LEFT JOIN by_both AS x3 ON x3.atc = line_atc_code AND x3.diagnosis = encounter_diagnosis_3_code
LEFT JOIN by_route AS r ON r.atc = line_atc_code AND r.route = line_route_code
LEFT JOIN by_line AS b ON b.line = line_id;

-- reckoned
CREATE TEMP VIEW reckoned AS
SELECT *,
    CASE WHEN applies_b03 THEN line_quantity - up(allowed * line_dose * lists_frequency_times, pack)
         WHEN applies_b03 IS NULL OR NOT applies_b03
         THEN line_quantity - up(allowed * line_dose * lists_frequency_times, pack) END AS packs_over,
    above(line_dose_micrograms * 1000,
        CASE WHEN line_frequency_code = 'st' THEN larger_of(lists_dose_single_max, lists_dose_once_max)
             WHEN line_frequency_code <> 'st' THEN lists_dose_single_max END * 1000) AS single_over,
    CASE WHEN lists_frequency_counted
         THEN above(line_dose_micrograms * lists_frequency_times * 1000,
                    lists_dose_daily_max * lists_frequency_days * 1000)
         WHEN NOT lists_frequency_counted THEN 0 END AS daily_over,
    CASE WHEN lists_dose_days_max > 0 AND lists_frequency_counted THEN above(line_days, lists_dose_days_max)
         WHEN NOT (lists_dose_days_max > 0 AND lists_frequency_counted) THEN 0 END AS long_over,
    CASE WHEN age < 14 AND lists_dose_kilogram_max > 0 AND lists_frequency_counted
         THEN above(line_dose_micrograms * lists_frequency_times * 1000,
                    up(lists_dose_kilogram_max * patient_weight_grams, 1000) * lists_frequency_days * 1000)
         WHEN NOT (age < 14 AND lists_dose_kilogram_max > 0 AND lists_frequency_counted) THEN 0 END AS kilogram_over
FROM (
    SELECT *, years(patient_birth_on, prescription_on) AS age,
        NOT prescription_ended AND line_dose_measured AND lists_frequency_counted AND line_dose > 0
            AND line_pack_content > 0 AS applies_b03,
        line_pack_content * lists_frequency_days AS pack,
        CASE WHEN prescription_kind = 'emergency' THEN 3
             WHEN prescription_kind = 'long'
             THEN CASE WHEN prescription_long_assessed AND prescription_long_patient_signed THEN 84
                       WHEN NOT (prescription_long_assessed AND prescription_long_patient_signed) THEN 28 END
             WHEN prescription_kind = 'reasoned'
             THEN CASE WHEN prescription_reason_recorded THEN 28 WHEN NOT prescription_reason_recorded THEN 7 END
             WHEN prescription_kind IS NOT NULL THEN 7 END AS allowed,
        CASE WHEN lists_child_forbidden_product >= 0 THEN lists_child_forbidden_product
             WHEN lists_child_forbidden_product < 0
             THEN CASE WHEN line_atc_code = '' THEN lists_child_forbidden_substance
                       WHEN line_atc_code <> '' THEN lists_child_forbidden_atc END END AS child_months,
        CASE WHEN lists_child_only_product > 0 THEN lists_child_only_product
             WHEN lists_child_only_product <= 0
             THEN CASE WHEN line_atc_code = '' THEN lists_child_only_substance
                       WHEN line_atc_code <> '' THEN 0 END END AS only_years,
        CASE WHEN lists_drug_sex_product <> 'none' THEN lists_drug_sex_product
             WHEN lists_drug_sex_product = 'none'
             THEN CASE WHEN line_atc_code = '' THEN lists_drug_sex_substance
                       WHEN line_atc_code <> '' THEN lists_drug_sex_atc END END AS meant,
        CASE WHEN line_atc_code = '' THEN lists_pregnancy_level_substance
             WHEN line_atc_code <> '' THEN lists_pregnancy_level END AS level,
        CASE WHEN line_atc_code = '' THEN lists_lactation_level_substance
             WHEN line_atc_code <> '' THEN lists_lactation_level END AS milk,
        measure_pregnancy_x > 0
            OR (measure_pregnancy_d > 0 AND NOT coalesce(prescription_second_signed, FALSE)) AS unfit,
        CASE WHEN line_atc_code = '' THEN 0 WHEN line_atc_code <> '' THEN lists_pregnancy_from_week END AS first_week,
        CASE WHEN line_atc_code = '' THEN 99 WHEN line_atc_code <> '' THEN lists_pregnancy_until_week END AS last_week
    FROM wide
);

-- judge
CREATE TEMP TABLE judged AS
SELECT subject,
    outcome(encounter_channel = 'online' AND NOT prescription_ended,
        lists_special_control <> 'none' OR line_special_control <> 'none') AS "o_B01",
    outcome(applies_b03, packs_over > 0) AS "o_B03",
    outcome(NOT prescription_ended AND prescription_kind = 'long',
        line_special_control <> 'none' OR lists_special_control <> 'none'
        OR lists_long_excluded IN ('storage', 'radioactive')
        OR (lists_long_excluded = 'antimicrobial'
            AND NOT (lists_lasting_infection_1 OR lists_lasting_infection_2 OR lists_lasting_infection_3))
        OR NOT (lists_long_disease_1 OR lists_long_disease_2 OR lists_long_disease_3)
        OR NOT prescription_stable_recorded
        OR (prescription_first_long AND physician_title NOT IN ('attending', 'associate_chief', 'chief'))
        OR (CASE WHEN line_dose_measured THEN line_days > 28 WHEN NOT line_dose_measured THEN FALSE END
            AND NOT (prescription_long_assessed AND prescription_long_patient_signed))) AS "o_B04",
    outcome(NOT prescription_ended AND line_antimicrobial_grade <> 'none',
        CASE line_antimicrobial_grade
            WHEN 'special' THEN physician_antimicrobial_right <> 'special'
            WHEN 'restricted' THEN physician_antimicrobial_right NOT IN ('restricted', 'special')
            ELSE physician_antimicrobial_right = 'none' END
        AND NOT (encounter_emergency AND physician_antimicrobial_right <> 'none' AND line_days <= 1)) AS "o_B05",
    outcome(NOT prescription_ended AND line_antimicrobial_grade = 'special',
        encounter_channel = 'online' OR encounter_care_mode IN ('outpatient', 'online')) AS "o_B06",
    outcome(NOT prescription_ended AND (child_months > 0 OR measure_child_findings > 0),
        (child_months > 0 AND prescription_on < (patient_birth_on + to_months(child_months::INTEGER))::DATE)
        OR measure_child_findings > 0) AS "o_D01",
    outcome(NOT prescription_ended AND only_years > 0, age >= only_years) AS "o_D02",
    outcome(NOT prescription_ended AND meant <> 'none' AND patient_sex <> 'other',
        ((meant = 'female' AND patient_sex = 'male') OR (meant = 'male' AND patient_sex = 'female'))
        AND NOT (lists_drug_sex_exception_1 OR lists_drug_sex_exception_2 OR lists_drug_sex_exception_3)) AS "o_D03",
    outcome(NOT prescription_ended AND ((lists_dose_single_max > 0
        AND (single_over > 0 OR daily_over > 0 OR long_over > 0 OR NOT age < 14 OR lists_dose_kilogram_max > 0))
        OR measure_dose_findings > 0),
        (lists_dose_single_max > 0 AND (single_over > 0 OR daily_over > 0 OR long_over > 0 OR kilogram_over > 0))
        OR measure_dose_findings > 0) AS "o_D04",
    outcome(NOT prescription_ended AND patient_sex <> 'male' AND (((level <> 'none' OR milk <> 'none')
        AND ((age >= 12 AND age <= 50) OR coalesce(patient_pregnant, FALSE) OR coalesce(patient_lactating, FALSE)))
        OR unfit),
        ((level <> 'none' OR milk <> 'none') AND ((patient_pregnant AND ((first_week = 0 AND last_week = 99)
            OR (patient_pregnancy_weeks >= first_week AND patient_pregnancy_weeks <= last_week))
            AND forbids(level, prescription_second_signed))
        OR (patient_lactating AND forbids(milk, prescription_second_signed)))) OR unfit) AS "o_D09"
FROM reckoned;

-- evidence
CREATE TEMP VIEW evidence AS
SELECT reckoned.*, judged.* EXCLUDE (subject), line_amount_fen AS "x_B01_fen", packs_over AS "x_B03_count",
    down(packs_over * pack, line_dose * lists_frequency_times) AS "x_B03_days",
    down(line_amount_fen * packs_over, line_quantity) AS "x_B03_fen",
    down(line_amount_fen * larger_of(
        CASE WHEN lists_dose_single_max > 0
             THEN larger_of(larger_of(single_over, daily_over), larger_of(kilogram_over, long_over))
             WHEN lists_dose_single_max <= 0 THEN 0 END,
        coalesce(measure_dose_over_permille, 0)), 1000)
        AS "x_D04_fen"
FROM reckoned JOIN judged USING (subject)
WHERE 2 IN ("o_B01", "o_B03", "o_B04", "o_B05", "o_B06", "o_D01", "o_D02", "o_D03", "o_D04", "o_D09");
