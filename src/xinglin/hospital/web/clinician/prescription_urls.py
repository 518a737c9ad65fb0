"""Addresses of prescriptions below /clinic/; included by the folder's urls.py."""

from django.urls import path

from xinglin.hospital.web.clinician import prescription as views
from xinglin.hospital.web.verify import downloads

urlpatterns = [
    path("visits/<uuid:visit_id>/prescription", views.panel, name="prescription"),
    path("visits/<uuid:visit_id>/prescription/status", views.status, name="prescription-status"),
    path("visits/<uuid:visit_id>/prescription/search", views.search, name="prescription-search"),
    path("visits/<uuid:visit_id>/prescription/lines", views.change_lines, name="prescription-lines"),
    path("visits/<uuid:visit_id>/prescription/preview", views.preview, name="prescription-preview"),
    path("visits/<uuid:visit_id>/prescription/remedy", views.remedy, name="prescription-remedy"),
    path("visits/<uuid:visit_id>/prescription/accept", views.accept, name="prescription-accept"),
    path("visits/<uuid:visit_id>/prescription/sign", views.sign, name="prescription-sign"),
    path("visits/<uuid:visit_id>/prescription/rewrite", views.rewrite, name="prescription-rewrite"),
    path("prescriptions/", views.mine, name="prescriptions"),
    path("prescriptions/waiting", views.waiting, name="prescriptions-waiting"),
    path("prescriptions/<uuid:prescription_id>/", views.sheet, name="prescription-sheet"),
    path("prescriptions/<uuid:prescription_id>/document", downloads.written, name="prescription-document"),
    path("prescriptions/<uuid:prescription_id>/answer", views.answer, name="prescription-answer"),
    path("prescriptions/<uuid:prescription_id>/cancel", views.cancel, name="prescription-cancel"),
]
