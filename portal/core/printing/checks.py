"""System checks of our own: what the machine must have for the PDF."""

from django.core.checks import Warning as CheckWarning
from django.core.checks import register

APT_LINE = "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-croscore"


def missing_for_pdf() -> str:
    """A sentence saying what the PDF lacks on this machine and how to get it; empty when all is there."""
    try:
        import weasyprint  # noqa: F401, PLC0415 -- heavy, and raises OSError without Pango
    except OSError:
        return f"Thiếu thư viện Pango nên chưa in được PDF. Hãy chạy: {APT_LINE}"
    return ""


@register()
def pdf_libraries(app_configs, **kwargs):
    """Report missing Pango as a warning: the portal runs without it, only the PDF waits."""
    sentence = missing_for_pdf()
    return [CheckWarning(sentence, id="portal.W001")] if sentence else []
