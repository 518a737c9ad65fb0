"""What the API itself refuses, before any verb is called."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class SignInNeeded(DomainError):
    """Neither a session nor a token, or one that no longer holds."""

    code = "api.sign_in_needed"
    text = T(zh="请先登录：没有有效的令牌或会话。", en="Please sign in: there is no valid token or session.")
    hint = T(
        zh="用 POST /api/tokens 取得令牌，再放进 Authorization: Bearer 请求头。",
        en="Get a token from POST /api/tokens and send it as Authorization: Bearer.",
    )
    status = 401


class ForgeryCheckFailed(DomainError):
    """A change asked for with a session cookie, without the page's CSRF token."""

    code = "api.forgery_check_failed"
    text = T(
        zh="用会话登录时，修改类请求要带 CSRF 令牌。",
        en="With a session, a request that changes something needs the CSRF token.",
    )
    hint = T(zh="加上 X-CSRFToken 请求头，或改用令牌登录。", en="Add the X-CSRFToken header, or use a bearer token.")
    status = 403


class UnreadableBody(DomainError):
    """The body is no JSON."""

    code = "api.unreadable_body"
    text = T(zh="请求内容不是可读的 JSON。", en="The body is not readable JSON.")
    hint = T(
        zh="请用 UTF-8 编码的 JSON，不含 NaN 或 Infinity，嵌套不超过 {depth} 层。",
        en="Send JSON in UTF-8, without NaN or Infinity, nested at most {depth} deep.",
    )
    status = 400


class NotJson(DomainError):
    """The body has another content type."""

    code = "api.not_json"
    text = T(zh="请求内容类型不是 application/json。", en="The content type is not application/json.")
    hint = T(zh="设置 Content-Type: application/json。", en="Set Content-Type: application/json.")
    status = 415


class BodyTooLarge(DomainError):
    """The body is larger than the API takes."""

    code = "api.body_too_large"
    text = T(zh="请求内容超过 {megabytes} MB。", en="The body is larger than {megabytes} MB.")
    hint = T(zh="请缩小图片后再发。", en="Make the pictures smaller and send it again.")
    status = 413


class InvalidRequest(DomainError):
    """Fields that do not fit the schema; `errors` in the body names each."""

    code = "api.invalid_request"
    text = T(zh="有 {count} 处不符合接口约定。", en="{count} fields do not fit what the API expects.")
    hint = T(zh="逐项见 errors；约定见 /api/docs。", en="See each in errors; the expected form is at /api/docs.")
    status = 422


class NoSuchAddress(DomainError):
    """No operation has this address."""

    code = "api.no_such_address"
    text = T(zh="没有这个地址。", en="There is nothing at this address.")
    hint = T(zh="全部接口见 /api/docs。", en="All operations are listed at /api/docs.")
    status = 404


class IdTaken(DomainError):
    """A caller's id that already names something else."""

    code = "api.id_taken"
    text = T(zh="这个编号已经用过了。", en="This id is already in use.")
    hint = T(
        zh="重试同一件事请保持内容不变；新的一件事请换新编号（UUIDv7）。",
        en="Keep the content unchanged to repeat one deed; take a new id (UUIDv7) for another.",
    )
