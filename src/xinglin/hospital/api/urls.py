"""Every group of operations, and the addresses around them. `api.urls` is what config/urls includes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import Router

from xinglin.hospital.api import errors
from xinglin.hospital.api.edge import make_api
from xinglin.hospital.api.routes import GROUPS
from xinglin.hospital.kernel.texts import T

api = make_api()
around = Router()


@around.get("/docs", include_in_schema=False, url_name="docs")
def docs(request: HttpRequest) -> HttpResponse:
    """The operations as a page that needs neither a script nor the internet."""
    return render(request, "api/docs.html", {"groups": described(request)})


def described(request: HttpRequest) -> list[tuple[str, list[dict[str, object]]]]:
    """The operations by group, from the OpenAPI description, for the page."""
    groups: dict[str, list[dict[str, object]]] = {}
    for path, methods in api.get_openapi_schema(path_prefix="api/")["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            groups.setdefault(operation["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "says": T(**operation["x-summary"]),
                    "more": operation.get("description", ""),
                    "permission": operation["x-permission"],
                    "roles": operation["x-roles"],
                    "body": str(body.get("$ref", "")).rsplit("/", 1)[-1],
                    "id": operation["operationId"],
                }
            )
    return sorted(groups.items())


@around.api_operation(
    ["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", include_in_schema=False, url_name="nothing"
)
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Every other address below /api/ answers in the API's own form."""
    raise errors.NoSuchAddress


for prefix, router in (*GROUPS, ("", around)):  # `around` last: its second address takes what nobody else took
    api.add_router(prefix, router)
