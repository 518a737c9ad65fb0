"""The laws that rules cite, each named once. No lawyer has reviewed the citations."""

from __future__ import annotations

from xinglin.supervision.vocabulary import Reading, Source, Words

CARE_2018 = Words("互联网诊疗管理办法（试行），2018", "Measures for internet care (trial), 2018")
HOSPITAL_2018 = Words("互联网医院管理办法（试行），2018", "Measures for internet hospitals (trial), 2018")
SUPERVISION_2022 = Words("互联网诊疗监管细则（试行），2022", "Rules on the supervision of internet care (trial), 2022")
PRESCRIPTION_2007 = Words("处方管理办法，2007", "Measures for prescriptions, 2007")
LONG_2021 = Words("长期处方管理规范（试行），国卫办医发〔2021〕17号", "Norms for long-term prescriptions (trial), 2021")
PHYSICIANS = Words("中华人民共和国医师法，2022年3月1日起施行", "Physicians Law, in force from 1 March 2022")
PHYSICIANS_1999 = Words(
    "中华人民共和国执业医师法，2022年3月1日废止", "Law on Practising Physicians, in force until 1 March 2022"
)
CIVIL_CODE = Words("中华人民共和国民法典", "Civil Code")
DRUG_LAW = Words("中华人民共和国药品管理法", "Drug Administration Law")
FUND_735 = Words(
    "医疗保障基金使用监督管理条例（国务院令第735号）", "Regulations on the use of the medical-security fund, Order 735"
)
ONLINE_PAYMENT_2020 = Words("医保发〔2020〕45号", "Notice 45 of 2020 on payment of online care")
PAYMENT_RIGHT_2024 = Words("医保发〔2024〕23号", "Notice 23 of 2024 on the right to be paid")
PRICE_2019 = Words("医保发〔2019〕47号", "Notice 47 of 2019 on price and payment of online care")
TRACE_2025 = Words(
    "关于加强药品追溯码在医疗保障和工伤保险领域采集应用的通知，医保发〔2025〕7号",
    "Notice 7 of 2025 on collecting and using drug trace codes in medical and work-injury insurance",
)
SIGNATURE_LAW = Words("中华人民共和国电子签名法", "Electronic Signature Law")
SETTLEMENT_FIELDS = Words("医疗保障信息平台结算接口字段含义", "Field meanings of the national settlement interface")
ANTIMICROBIALS_2012 = Words("抗菌药物临床应用管理办法，卫生部令第84号", "Measures for antimicrobials, Order 84, 2012")
LICENSING_LAW = Words("中华人民共和国行政许可法", "Administrative Licensing Law")
REVIEW_2018 = Words("医疗机构处方审核规范，国卫办医发〔2018〕14号", "Norms for the review of prescriptions, 2018")
CORE_SYSTEMS_2018 = Words("医疗质量安全核心制度要点，国卫医发〔2018〕8号", "Core systems of quality and safety, 2018")
YINCHUAN_2020 = Words("银川市互联网诊疗服务规范（试行），2020", "Norms of Yinchuan for internet care (trial), 2020")
TWO_LIBRARIES = Words("医保基金监管“两库”规则，2025年版", "Published rules of fund supervision, edition 2025")
ICD_10 = Words("国际疾病分类第十次修订本（ICD-10），世界卫生组织", "ICD-10, World Health Organization")

REIMBURSEMENT_LIST = Words("国家基本医疗保险、生育保险和工伤保险药品目录", "National Reimbursement Drug List")
PRICE_ITEMS = Words("医疗服务价格项目规范及当地价格规定", "National list of service items and the local price rules")
LABELS = Words(
    "经国家药品监督管理局核准的药品说明书", "Labels approved by the National Medical Products Administration"
)
PHARMACOPOEIA = Words("中华人民共和国药典（一部）", "Pharmacopoeia of the People's Republic of China, volume I")
REVIEW_2018 = Words("医疗机构处方审核规范，国卫办医发〔2018〕14号", "Norms for the review of prescriptions, 2018")


def article(law: Words, zh: str, en: str, *, read: bool) -> Source:
    """One article of a law; `read` is False where it is cited from memory."""
    return Source(law, Words(zh, en), Reading.READ if read else Reading.FROM_MEMORY)
