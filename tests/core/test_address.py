"""Where people open the portal, as papers printed without a request tell it."""

import pytest

from portal.core.web.address import portal_address


@pytest.mark.parametrize(
    ("production", "port", "hosts", "told"),
    [
        (False, "8091", ["127.0.0.1"], "http://127.0.0.1:8091"),
        (False, "", [], "http://127.0.0.1"),
        (True, "8000", [".antt.laocai.gov.vn"], "https://antt.laocai.gov.vn"),  # the port is the proxy's business
    ],
)
def test_the_address_is_what_people_type(settings, monkeypatch, production, port, hosts, told):
    settings.PRODUCTION, settings.ALLOWED_HOSTS = production, hosts
    monkeypatch.setenv("PORT", port)
    assert portal_address() == told
