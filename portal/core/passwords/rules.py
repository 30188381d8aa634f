"""What a new password must be, told as the portal speaks to its people."""

from django.contrib.auth import password_validation as django_validation


class LengthValidator(django_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"Mật khẩu này quá ngắn. Mật khẩu phải có ít nhất {self.min_length} ký tự."

    def get_help_text(self) -> str:
        return f"Mật khẩu phải có ít nhất {self.min_length} ký tự."


class SimilarityValidator(django_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return "Mật khẩu này quá giống %(verbose_name)s của đồng chí. Hãy đặt mật khẩu khác."

    def get_help_text(self) -> str:
        return "Mật khẩu không được quá giống tên đăng nhập hoặc thông tin khác của đồng chí."


class CommonValidator(django_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return "Mật khẩu này nhiều người dùng, dễ đoán. Hãy đặt mật khẩu khác."

    def get_help_text(self) -> str:
        return "Mật khẩu không được là mật khẩu nhiều người dùng."


class NotNumericValidator(django_validation.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return "Mật khẩu này chỉ có chữ số. Hãy thêm chữ."

    def get_help_text(self) -> str:
        return "Mật khẩu không được chỉ có chữ số."
