"""Addresses below /pharmacy/."""

from django.urls import path

from xinglin.hospital.web.pharmacist import comments, deliveries, dispensing, figures, review
from xinglin.hospital.web.verify import downloads

app_name = "pharmacist"
urlpatterns = [
    path("", review.desk, name="home"),
    path("queue", review.queue, name="queue"),
    path("prescriptions/<uuid:prescription_id>/", review.sheet, name="sheet"),
    path("prescriptions/<uuid:prescription_id>/document", downloads.read, name="document"),
    path("prescriptions/<uuid:prescription_id>/review", review.decide, name="review"),
    path("prescriptions/<uuid:prescription_id>/leave", review.leave, name="leave"),
    path("figures/", figures.figures, name="figures"),
    path("comments/", comments.desk, name="comments"),
    path("comments/report", comments.report, name="comment-report"),
    path("comments/report.csv", comments.export, name="comment-export"),
    path("dispensing/", dispensing.desk, name="dispensing"),
    path("dispensing/queue", dispensing.queue, name="dispensing-queue"),
    path("dispensing/<uuid:prescription_id>/pick", dispensing.pick, name="pick"),
    path("dispensing/<uuid:prescription_id>/unpick", dispensing.unpick, name="unpick"),
    path("dispensing/<uuid:prescription_id>/hand-over", dispensing.hand_over, name="hand-over"),
    path("dispensing/<uuid:prescription_id>/cancel", dispensing.cancel, name="cancel"),
    path("deliveries/", deliveries.desk, name="deliveries"),
    path("deliveries/<uuid:prescription_id>/recall", deliveries.recall, name="recall"),
    path("deliveries/<uuid:prescription_id>/take-back", deliveries.take_back, name="take-back"),
]
