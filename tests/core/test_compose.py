"""The compose file says what `up` runs: the same commands, healthy services first, a proxy that buffers."""

import re

import pytest
import yaml

from portal.core.processes.commands import PREPARE, PROCESSES
from portal.settings import BASE_DIR

COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
NGINX = (BASE_DIR / "deploy" / "nginx.conf").read_text()
DOCKERFILE = (BASE_DIR / "deploy" / "Dockerfile").read_text()


def test_the_services():
    assert set(COMPOSE["services"]) == {"db", "redis", "prepare", "proxy", *PROCESSES}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_service_runs_the_command_up_runs(name):
    assert tuple(COMPOSE["services"][name]["command"]) == PROCESSES[name].command


def test_preparing_is_one_command_that_runs_before_all():
    assert tuple(COMPOSE["services"]["prepare"]["command"]) == PREPARE
    for name in PROCESSES:
        assert COMPOSE["services"][name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
    assert COMPOSE["services"]["prepare"]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }


@pytest.mark.parametrize("name", [name for name in COMPOSE["services"] if name != "prepare"])
def test_every_lasting_service_has_a_health_check_and_comes_back(name):
    service = COMPOSE["services"][name]
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["prepare", *PROCESSES])
def test_our_containers_run_in_production_and_write_only_to_their_volume(name):
    service = COMPOSE["services"][name]
    assert service["environment"]["PRODUCTION"] == "1"
    assert service["environment"]["SECRET_KEY_FILE"] == "/run/secrets/secret_key"
    assert (service["read_only"], service["cap_drop"], service["volumes"]) == (True, ["ALL"], ["var:/var/lib/portal"])


def test_databases_as_the_portal_needs_them():
    assert COMPOSE["services"]["db"]["image"] == "postgres:15"
    redis = COMPOSE["services"]["redis"]["command"]
    assert redis[redis.index("--maxmemory-policy") + 1] == "noeviction"


def test_only_the_proxy_is_open_to_the_outside():
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_every_named_volume_is_declared():
    named = {
        mount.split(":")[0]
        for service in COMPOSE["services"].values()
        for mount in service.get("volumes", [])
        if not mount.startswith(".")
    }
    assert named == set(COMPOSE["volumes"])


@pytest.mark.parametrize(
    "line",
    [
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_set_header Host $host;",
        "proxy_request_buffering on;",
        "client_max_body_size 64m;",
        "client_body_timeout 30s;",
    ],
)
def test_the_proxy_says(line):
    assert NGINX.count(line) == 1


def test_the_proxy_lets_in_the_papers_of_one_act(settings):
    let_in = int(re.search(r"client_max_body_size (\d+)m;", NGINX)[1]) * 1024 * 1024
    assert settings.EVIDENCE_MAX_BYTES < settings.EVIDENCE_MAX_TOTAL_BYTES < let_in


def test_the_proxy_never_passes_on_what_a_client_claims():
    assert "$proxy_add_x_forwarded_for" not in NGINX
    assert "$http_x_forwarded" not in NGINX


def test_the_image_holds_what_runs_and_not_more():
    copied = set(re.findall(r"^COPY (\S+)", DOCKERFILE, re.MULTILINE))
    code = {"manage.py", "portal", "units", "criteria", "evaluations", "reports", "templates", "fixtures"}
    assert copied == code | {"requirements.lock"}
    assert "USER portal" in DOCKERFILE
