"""Refusals of the demo city."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class OtherCityLoaded(DomainError):
    """Another city is in this database; two cannot live in one."""

    code = "demo.other_city_loaded"
    status = 409
    text = T(
        zh="数据库里已经有演示城市（种子 {seed}，规模 {scale}）。要换一座，请先清空数据库，或沿用原来的种子和规模。",
        en="This database already holds the demo city of seed {seed} at scale {scale}. "
        "For another one begin with an empty database, or keep that seed and scale.",
    )
