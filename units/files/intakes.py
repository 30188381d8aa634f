"""Kinds of files taken in by a job: where their rows are listed and what they are called. Apps above add theirs."""

PLACES = {  # kind of job: where its rows are listed, where its file is sent again
    "import_units": ("units:list", "units:import"),
    "import_register": ("units:register_list", "units:register_import"),
    "import_seats": ("units:committee_list", "units:seat_import"),
    "import_committees": ("units:committee_list", "units:committee_import"),
    "import_people": ("units:people", "units:people_import"),
    "reissue_passwords": ("units:people", "units:people"),
}
WORDS = {
    "import_units": "Đơn vị",
    "import_seats": "Thành viên Ban Chỉ đạo",
    "import_committees": "Ban Chỉ đạo",
    "import_people": "Người dùng",
    "reissue_passwords": "Cấp lại mật khẩu",
}
