"""What oversight refuses."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class EngineSilent(DomainError):
    """The engine let a known bad case pass, or found fault with a clean one: nothing may rest on it."""

    code = "oversight.engine_silent"
    text = T(
        zh="规则引擎自检未通过（{rules}），暂不能开方、发药和结算。",
        en="The rule engine failed its own test ({rules}); nothing is prescribed, released or settled for now.",
    )
    hint = T(
        zh="请联系信息科；恢复前请引导患者到线下就诊。",
        en="Call the information desk; until it is back, send patients to care in person.",
    )
    status = 424


class NothingToAnswer(DomainError):
    """This verdict asks for no reason."""

    code = "oversight.nothing_to_answer"
    text = T(
        zh="规则 {rule} 的这一结论不能以说明理由的方式继续。",
        en="This verdict of rule {rule} cannot be passed with a reason.",
    )
    hint = T(zh="请按提示修改后重新提交。", en="Change what the hint says and try again.")
