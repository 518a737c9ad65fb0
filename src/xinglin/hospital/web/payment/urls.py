"""Addresses below /payment/."""

from django.urls import path

from xinglin.hospital.web.payment import views

app_name = "payment"
urlpatterns = [
    path("", views.listing, name="list"),
    path("prescriptions/<uuid:prescription_id>/", views.pay, name="prescription"),
    path("receipts/<uuid:settlement_id>/", views.receipt, name="receipt"),
]
