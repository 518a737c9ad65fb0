"""Refusals of the terminology."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class UnknownCode(DomainError):
    """No row of this list has this code (on the day asked for)."""

    code = "terminology.unknown_code"
    text = T(zh="{list}中没有编码“{value}”。", en="There is no code “{value}” among the {list}.")
    hint = T(zh="请从搜索结果中选择。", en="Choose one from the search results.")
    status = 404


class UnreadableEdition(DomainError):
    """The file given for import cannot be read at all; nothing was changed."""

    code = "terminology.unreadable_edition"
    text = T(zh="无法读取这份目录文件：{reason}", en="This catalogue file cannot be read: {reason}")
    hint = T(
        zh="请提供 UTF-8 编码的 CSV 文件，首行为列名，至少含 code 和 name 两列。",
        en="Give a CSV file in UTF-8 whose first line names the columns, with at least code and name.",
    )
    status = 422


class WrongReferenceRow(DomainError):
    """A row of the data shipped with the program is wrong; loading stops and nothing is changed."""

    code = "terminology.wrong_reference_row"
    text = T(
        zh="{file} 第 {line} 行的 {column} 有误：{reason}",
        en="{file}, line {line}, column {column} is wrong: {reason}",
    )
    status = 422
