"""How the API refuses, and how its document says so. Apart from `api`, which the framework reads before its views."""

from django.http import Http404
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import NotFound
from rest_framework.views import exception_handler

DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
BY_PARAMETER = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
REFUSALS = {
    "400": OpenApiResponse(BY_PARAMETER, "Tham số không có, hoặc giá trị không hợp lệ: mỗi tham số một danh sách câu."),
    "403": OpenApiResponse(DETAIL, "Chưa đăng nhập, hoặc không được gọi đường dẫn này."),
    "404": OpenApiResponse(DETAIL, "Không có, hoặc ngoài phạm vi được xem; của danh sách: không có trang này."),
    "429": OpenApiResponse(DETAIL, "Gọi quá nhiều lần; tiêu đề Retry-After nêu số giây phải chờ."),
}


class Described(AutoSchema):
    """The document's words on one operation: what is answered, and what is refused with which shape."""

    def get_response_serializers(self):
        answered = super().get_response_serializers()
        of_row = getattr(self.view, "detail", False)  # a row asked for by its id is not filtered
        told = {code: one for code, one in REFUSALS.items() if not (of_row and code == "400")}
        return (answered if isinstance(answered, dict) else {"200": answered}) | told


def refused(exc, context):
    """The framework's answer; of what is not there in our words, not those of Django's shortcut."""
    return exception_handler(NotFound() if isinstance(exc, Http404) else exc, context)
