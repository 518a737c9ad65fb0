"""What the regulator's part refuses."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class NoLake(DomainError):
    """There are no records yet on which a rule could be tried or an audit run."""

    code = "regulator.no_lake"
    text = T(zh="试算数据还没有生成。", en="The records for trials have not been made yet.")
    hint = T(zh="请先“更新数据”，完成后再试。", en="Ask for them with “make anew” and try again once they are there.")
