"""Routes of the evaluations app, under /danh-gia/."""

from django.urls import path

from .views import awards, cycles, decisions, evidence, files, grid, preview, selection, sittings, streaks

app_name = "evaluations"
urlpatterns = [
    path("", files.evaluation_list, name="list"),
    path("<int:pk>/", files.evaluation_detail, name="detail"),
    path("<int:pk>/thuc-hien/", files.evaluation_act, name="act"),
    path("<int:pk>/nhap/", files.evaluation_entry, name="entry"),
    path("<int:pk>/o/", grid.cell_save, name="cell"),
    path("<int:pk>/nhan-ket-qua/", files.accept_answers, name="accept"),
    path("<int:pk>/minh-chung/", evidence.evidence_add, name="evidence_add"),
    path("minh-chung/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path("minh-chung/<int:pk>/go/", evidence.evidence_remove, name="evidence_remove"),
    path("ky/", cycles.cycle_list, name="cycle_list"),
    path("ky/mo/", cycles.cycle_open, name="cycle_open"),
    path("ky/<int:pk>/khoa-so/", cycles.cycle_close, name="cycle_close"),
    path("ky/<int:cycle>/bang-nhap/", grid.grid, name="grid"),
    path("ky/<int:cycle>/bang-nhap/hang-loat/", grid.grid_act, name="grid_act"),
    path("ky/<int:cycle>/minh-chung/<int:bo>/", evidence.evidence_share, name="evidence_share"),
    path("ky/<int:cycle>/chon-dien-hinh/", selection.selection_page, name="selection"),
    path("khen-thuong/", awards.barred_list, name="award_barred"),
    path("khen-thuong/dieu-kien/", awards.award_bars, name="award_bars"),
    path("khen-thuong/dieu-kien/<int:pk>/thoi/", awards.award_bar_end, name="award_bar_end"),
    path("lien-tuc/", streaks.streak_list, name="streak_list"),
    path("xem-truoc/<int:pk>/", preview.preview, name="preview"),
    path("phien-hop/", sittings.sitting_list, name="sitting_list"),
    path("phien-hop/lap/", sittings.sitting_create, name="sitting_create"),
    path("phien-hop/<int:pk>/", sittings.sitting_detail, name="sitting_detail"),
    path("phien-hop/<int:pk>/dua-vao/", sittings.agenda_add, name="agenda_add"),
    path("phien-hop/<int:pk>/rut/<int:item>/", sittings.agenda_remove, name="agenda_remove"),
    path("phien-hop/<int:pk>/diem-danh/", sittings.sitting_attendance, name="sitting_attendance"),
    path("phien-hop/<int:pk>/bieu-quyet/", sittings.sitting_vote, name="sitting_vote"),
    path("phien-hop/<int:pk>/ket-thuc/", sittings.sitting_close, name="sitting_close"),
    path("quyet-dinh/", decisions.decision_list, name="decision_list"),
    path("quyet-dinh/<int:pk>/", decisions.decision_detail, name="decision_detail"),
    path("quyet-dinh/<int:pk>/phat-hanh/", decisions.decision_issue, name="decision_issue"),
    path("cong-nhan/", decisions.recognition_list, name="recognition_list"),
    path("cong-nhan/<int:pk>/thu-hoi/", decisions.recognition_revoke, name="recognition_revoke"),
]
