"""Where uploads wait while a form is read."""

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler


class PlainlyNamedUpload(TemporaryFileUploadHandler):
    """A temporary file that takes nothing of its name from the sender: a long ending made the system refuse it."""

    def new_file(self, *args, **kwargs):
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = TemporaryUploadedFile("upload", self.content_type, 0, self.charset, self.content_type_extra)
        self.file.name = self.file_name
