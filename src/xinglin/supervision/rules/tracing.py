"""Trace codes of medicine packs: each pack is sold once, carries its code, and is the product that is charged."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.rules.sources import DRUG_LAW, FUND_735, TRACE_2025, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Concern,
    Facts,
    Kind,
    Ruling,
    Scope,
    Words,
    divide_down,
    excess,
    otherwise,
    rule,
    ruling,
    smaller,
)


@rule(
    id="J01",
    version=2,
    title=Words("追溯码重复销售", "Trace code sold twice"),
    source=(
        article(TRACE_2025, "追溯码唯一性", "uniqueness of trace codes", read=True),
        article(FUND_735, "第十九条、第二十条、第四十条、第四十一条", "articles 19, 20, 40 and 41", read=True),
        article(DRUG_LAW, "追溯制度", "traceability", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PACK,
    since=date(2025, 7, 1),
    why_zh="一个包装只售一次；同一机构从一个开封包装拆零可以重复扫码，拆零总量另由J06核对。",
    sentence=Words(
        "该追溯码此前未退回的销售有{measure.code_sales_open}次，退回本机构{measure.code_returned_here}次，"
        "退回他处{measure.code_returned_elsewhere}次；同一包装不能再次售出。",
        "Earlier sales of this trace code not returned: {measure.code_sales_open}; returned here: "
        "{measure.code_returned_here}; returned elsewhere: {measure.code_returned_elsewhere}. One pack cannot be sold "
        "again.",
    ),
    hint=Words(
        "核对实物与扫码；换一个未售出的包装，并把这个编码报给药学部和医保办。",
        "Check the pack and the scan; take a pack that was not sold, and report this code to the pharmacy and the "
        "insurance office.",
    ),
)
def j01(f: Facts) -> Ruling:
    """One pack is sold once. Parts of one opened pack repeat its code at one institution; how many parts is rule J06's.

    A pack that came back to the institution that sold it may be sold again only where that is allowed for the medicine;
    one that came back elsewhere never.
    """
    parts = f.pack.split & (f.measure.code_open_unfit == 0)
    sold = (f.measure.code_sales_open > 0) & ~parts
    returned = (f.measure.code_returned_here > 0) & ~f.pack.resale_allowed
    return ruling(
        applies=f.pack.trace_code != "",
        violates=sold | returned | (f.measure.code_returned_elsewhere > 0),
        excess=excess(fen=f.pack.amount_fen),
    )


@rule(
    id="J02",
    version=1,
    title=Words("追溯码缺失", "Trace code missing"),
    source=(
        article(TRACE_2025, "采集要求及时间表", "duty to collect and its dates", read=False),
        article(FUND_735, "第十六条", "article 16", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.PACK,
    since=date(2025, 7, 1),
    concern=Concern.PAYMENT_LIMIT,
    why_zh="应当采集追溯码的药品须扫码后才能结算；无码品种和登记在案的系统故障除外。",
    sentence=Words(
        "该药品应采集追溯码，{pack.on}售出时没有采集。",
        "This product carries trace codes, and none was scanned at the sale on {pack.on}.",
    ),
    hint=Words(
        "补扫包装上的追溯码；确无编码的品种先登记到无码库，系统故障的先登记故障时段。",
        "Scan the code on the pack; enter a product without codes into the list of exceptions, or an outage with its "
        "hours.",
    ),
)
def j02(f: Facts) -> Ruling:
    """A medicine that carries codes is settled with its code; exceptions are listed products and recorded outages."""
    return ruling(
        applies=f.pack.trace_required & ~otherwise(f.pack.outage, False),
        violates=f.pack.trace_code == "",
        excess=excess(fen=f.pack.amount_fen),
    )


@rule(
    id="J03",
    version=1,
    title=Words("追溯码与药品不符", "Trace code of another product"),
    source=(
        article(TRACE_2025, "追溯码与医保药品编码对应", "match of trace code and product code", read=False),
        article(FUND_735, "第二十条、第四十条", "articles 20 and 40", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PACK,
    since=date(2025, 7, 1),
    lists=("trace_code_alias",),
    why_zh="追溯码开头指明的产品应当就是收费的药品，否则可能是串换；新编码查不到产品的不判断，组合包装按对照表。",
    sentence=Words(
        "追溯码指明的药品为{pack.code_product_code}，收费的药品为{pack.sold_product_code}，两者不一致。",
        "The trace code names the product {pack.code_product_code}; {pack.sold_product_code} is charged.",
    ),
    hint=Words(
        "核对实物、扫码和收费项目，按实际发出的药品收费；组合包装请登记对照关系。",
        "Check pack, scan and charge, and charge what was handed over; for a combination pack register its parts.",
    ),
)
def j03(f: Facts) -> Ruling:
    """The product that a code names is the product that is charged; otherwise one was put in the place of another.

    A beginning that names no known product is not judged; parts of combination packs stand in a table.
    """
    return ruling(
        applies=(f.pack.trace_code != "") & (f.pack.code_product_code != ""),
        violates=(f.pack.sold_product_code != f.pack.code_product_code) & ~f.lists.trace_code_alias,
        excess=excess(fen=f.pack.amount_fen),
    )


@rule(
    id="J06",
    version=1,
    title=Words("拆零超量", "More parts sold than the pack holds"),
    source=(
        article(TRACE_2025, "拆零药品追溯码采集", "trace codes of packs sold in parts", read=False),
        article(FUND_735, "第二十条、第四十条", "articles 20 and 40", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PACK,
    since=date(2025, 7, 1),
    concern=Concern.FABRICATED,
    why_zh="从一个包装拆零售出的总和不会超过一个包装；有效退回的份额不计。",
    sentence=Words(
        "该追溯码累计售出{measure.code_sold_permille}‰，超过一个包装（涉及金额{excess.fen}）。",
        "{measure.code_sold_permille} thousandths of the pack were sold under this code, more than one pack holds "
        "({excess.fen}).",
    ),
    hint=Words(
        "核对拆零登记与扫码，超出的部分换用实际所拆包装的追溯码。",
        "Check the record of opened packs and the scans; what is above belongs to the code of the pack it came from.",
    ),
)
def j06(f: Facts) -> Ruling:
    """The parts sold from one pack never add up to more than the pack; what was validly returned does not count."""
    over = f.measure.code_sold_permille - 1000
    return ruling(
        applies=(f.pack.trace_code != "") & f.pack.split,
        violates=over > 0,
        excess=excess(fen=divide_down(f.pack.amount_fen * smaller(over, f.pack.share_permille), f.pack.share_permille)),
    )
