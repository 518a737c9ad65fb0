"""Addresses below /board/."""

from django.urls import path

from xinglin.hospital.web.regulator import views

app_name = "regulator"
urlpatterns = [
    path("", views.board, name="board"),
    path("journal/", views.journals, name="journals"),
    path("institutions/<uuid:institution_id>/", views.institution, name="institution"),
    path("institutions/<uuid:institution_id>/verify", views.verify, name="verify"),
]
