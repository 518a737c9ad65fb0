"""Every group of operations, and the addresses around them. `api.urls` is what config/urls includes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import register_converter
from ninja import Router

from xinglin.hospital.api import errors
from xinglin.hospital.api.edge import make_api
from xinglin.hospital.api.pages import described
from xinglin.hospital.api.routes import GROUPS


class Anything:
    """The rest of an address whatever it holds, line ends too, which `path` does not take."""

    regex = "(?s:.+)"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(Anything, "anything")
api = make_api()
around = Router()


@around.get("/docs", include_in_schema=False, url_name="docs")
def docs(request: HttpRequest) -> HttpResponse:
    """The operations as a page that needs neither a script nor the internet."""
    return render(request, "api/docs.html", {"operations": described(api)})


@around.api_operation(
    ["GET", "POST", "PUT", "PATCH", "DELETE"], "/{anything:rest}", include_in_schema=False, url_name="nothing"
)
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Every other address below /api/ answers in the API's own form."""
    raise errors.NoSuchAddress


for prefix, router in (*GROUPS, ("", around)):  # `around` last: its second address takes what nobody else took
    api.add_router(prefix, router)
