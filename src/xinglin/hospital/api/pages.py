"""The operations as people read them: one list for the page at /api/docs and for the reference."""

from dataclasses import dataclass

from xinglin.hospital.api.edge import HospitalAPI
from xinglin.hospital.api.problems import BODY_MEGABYTES, MEDIA_TYPE
from xinglin.hospital.kernel.texts import T

HEAD = f"""# The JSON API

Every verb of the hospital at `/api/`. The description for machines is `/api/openapi.json` (OpenAPI 3.1), the same list
as a page is `/api/docs`. Fields, bounds and examples stand in the description.

- **Sign in** with `Authorization: Bearer …`. `POST /api/tokens` gives a token for 12 hours: to patients for phone and
  code (`POST /api/phone-codes`), to staff for user name, password and one-time code. The session of the pages works
  too; a request that changes something then needs `X-CSRFToken`. A token that does not hold is refused even where
  nobody needs to sign in.
- **Ids** are UUIDs. The caller makes the id of what it creates (UUIDv7): sent again, it is the same deed.
- **Money** is whole fen, **instants** carry a zone, **days** are civil days in Shanghai.
- **Bodies** are JSON in UTF-8, {BODY_MEGABYTES} MB at most; pictures stand in them as base64. Unknown fields and
  unknown query names are refused.
- **Refusals** are `{MEDIA_TYPE}`: `code` (stable, dotted), `status`, `field`, `title` and `hint` in both
  languages, `errors` (each wrong field) and `asks` (what a rule of supervision says, with the `key` under which an
  answer names it).

| status | meaning |
| --- | --- |
| 400, 413, 415 | the body is no JSON, too large, or of another type |
| 401 | sign in |
| 403 | the role does not hold the permission, or identity has to be confirmed (`POST /api/me/confirmation`) |
| 404 | absent, or not yours: the two answer alike |
| 409 | the state of things or a rule forbids it |
| 422 | a field is wrong |
| 424 | an outside party is down |
| 429 | too often |
"""


@dataclass(frozen=True, slots=True)
class Described:
    """One operation: its address, what it is for, who may use it, the schemas of what is sent and given."""

    id: str
    group: str
    method: str
    path: str
    says: T
    more: str
    permission: str
    roles: tuple[str, ...]
    body: str
    gives: str
    status: int


def described(api: HospitalAPI) -> list[Described]:
    """Every operation, by group in the order of the API."""
    found = []
    for path, methods in api.get_openapi_schema(path_prefix="api/")["paths"].items():
        for method, operation in methods.items():
            good = min(operation["responses"])
            found.append(
                Described(
                    id=operation["operationId"],
                    group=operation["tags"][0],
                    method=method.upper(),
                    path=path,
                    says=T(**operation["x-summary"]),
                    more=" ".join(operation.get("description", "").split()),
                    permission=operation["x-permission"],
                    roles=tuple(operation["x-roles"]),
                    body=_schema(operation.get("requestBody", {})),
                    gives=_schema(operation["responses"][good]),
                    status=int(good),
                )
            )
    order = list(dict.fromkeys(one.group for one in found))
    return sorted(found, key=lambda one: order.index(one.group))


def _schema(holder: dict[str, dict[str, dict[str, dict[str, object]]]]) -> str:
    """The name of the schema in a body or response, '[…]' for a list, the media type where it is no JSON."""
    for media_type, content in holder.get("content", {}).items():
        schema = content.get("schema", {})
        if media_type != "application/json":
            return media_type
        if schema.get("type") == "array":
            return f"[{_name(schema.get('items'))}]"
        return _name(schema)
    return ""


def _name(schema: object) -> str:
    if not isinstance(schema, dict):
        return ""
    options = schema.get("oneOf") or schema.get("anyOf") or [schema]
    return " or ".join(str(one.get("$ref", "")).rsplit("/", 1)[-1] for one in options)


def reference(api: HospitalAPI) -> str:
    """docs/reference/api.md."""
    lines = [HEAD]
    group = ""
    for one in described(api):
        if one.group != group:
            group = one.group
            lines += [
                f"## {group}\n",
                "| operation | | sends | gives | permission |",
                "| --- | --- | --- | --- | --- |",
            ]
        sends = f"`{one.body}`" if one.body else ""
        gives = f"{one.status} `{one.gives}`"
        rights = one.permission.replace("|", "or")
        lines.append(f"| `{one.method} {one.path}` | {one.says.zh}<br>{one.says.en} | {sends} | {gives} | `{rights}` |")
    text = "\n".join(lines)
    return text.replace("\n## ", "\n\n## ") + "\n"
