# SPDX-License-Identifier: Apache-2.0
"""What deploy/ says is of one piece with the platform: settings, ports, probes, names; and other programs can read it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

import patience
from house import tree
from madang import access, cli, settings

DEPLOY = tree.ROOT / "deploy"
VARIABLES = {settings.variable(each) for each in fields(settings.Settings)}
OF_COMPOSE = {"MADANG_IMAGE", "MADANG_NAME", "MADANG_UPSTREAM"}
"""What our compose file and proxy take for themselves; Madang never sees them."""
ADDRESSES = {(route.method, route.path) for route in access.routes()}


def objects(kind: str = "") -> list[dict[str, Any]]:
    found = yaml.safe_load_all((DEPLOY / "kubernetes" / "madang.yaml").read_text())
    return [each for each in found if not kind or each["kind"] == kind]


def names(kind: str) -> set[str]:
    return {each["metadata"]["name"] for each in objects(kind)}


def pods() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for each in objects("Deployment"):
        yield each, each["spec"]["template"]


def containers() -> list[dict[str, Any]]:
    return [container for _, pod in pods() for container in pod["spec"]["containers"]]


def test_every_variable_in_deploy_is_a_setting() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            named = set(re.findall(r"\bMADANG_[A-Z_]+", path.read_text()))
            assert named <= VARIABLES | OF_COMPOSE, path


def test_every_command_in_deploy_is_there() -> None:
    called = [each["command"] for each in containers()]
    compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
    called += [each["command"] for each in compose["services"].values() if "command" in each]
    assert len(called) == 4
    for program, command in called:
        assert (program, command in cli.commands.table) == ("madang", True)
    for unit in (DEPLOY / "systemd").glob("*.service"):
        assert set(re.findall(r"bin/madang (\w+)", unit.read_text())) <= set(cli.commands.table)


def test_the_manifests_hang_together() -> None:
    assert {each["metadata"]["name"]: each["spec"]["replicas"] for each in objects("Deployment")} == {"madang-web": 2, "madang-jobs": 2}
    for deployment, pod in pods():
        assert deployment["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        mounted = {mount["name"] for each in pod["spec"]["containers"] for mount in each["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["spec"]["volumes"]}
        claims = {volume["persistentVolumeClaim"]["claimName"] for volume in pod["spec"]["volumes"] if "persistentVolumeClaim" in volume}
        assert claims <= names("PersistentVolumeClaim")
    for container in containers():
        assert {each["configMapRef"]["name"] for each in container["envFrom"] if "configMapRef" in each} <= names("ConfigMap")
        assert {each["secretRef"]["name"] for each in container["envFrom"] if "secretRef" in each} <= names("Secret")
    for chooser in [each["spec"]["selector"] for each in objects("Service")] + [
        each["spec"]["selector"]["matchLabels"] for each in objects("PodDisruptionBudget")
    ]:
        assert sum(chooser.items() <= pod["metadata"]["labels"].items() for _, pod in pods()) == 1
    ports = {port["name"]: port["containerPort"] for each in containers() for port in each.get("ports", [])}
    served = {port["name"] for each in objects("Service") for port in each["spec"]["ports"]}
    assert all(port["targetPort"] in ports for each in objects("Service") for port in each["spec"]["ports"])
    for ingress in objects("Ingress"):
        for path in (path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]):
            service = path["backend"]["service"]
            assert (service["name"] in names("Service"), service["port"]["name"] in served) == (True, True)
    assert {each["metadata"].get("namespace") for each in objects() if each["kind"] != "Namespace"} == names("Namespace")


def test_probes_ask_addresses_that_answer() -> None:
    probes = [probe for each in containers() for name, probe in each.items() if name.endswith("Probe")]
    assert {probe["httpGet"]["path"] for probe in probes} == {"/healthz", "/readyz"}
    assert all(("GET", probe["httpGet"]["path"]) in ADDRESSES for probe in probes)
    assert [pod["metadata"]["annotations"]["prometheus.io/path"] for _, pod in pods() if "annotations" in pod["metadata"]] == ["/metrics"]
    assert "/healthz" in (DEPLOY / "Dockerfile").read_text()


def test_the_settings_of_the_manifests_are_accepted() -> None:
    plain, hidden = objects("ConfigMap")[0]["data"], objects("Secret")[0]["stringData"]
    chosen = settings.read({**plain, **hidden})
    assert chosen.url.startswith("https://")
    assert str(chosen.port) in (DEPLOY / "Dockerfile").read_text()
    assert not chosen.is_sqlite


def test_the_manifests_trust_no_proxy_until_one_is_named() -> None:
    (told,) = objects("ConfigMap")
    assert told["data"]["MADANG_TRUSTED_PROXIES"] == ""


def test_containers_may_do_as_little_as_they_can() -> None:
    for _, pod in pods():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["automountServiceAccountToken"] is False
        # A service of that name would set MADANG_PORT=tcp://… in every container, and Madang would rightly refuse it.
        assert pod["spec"]["enableServiceLinks"] is False
    for container in containers():
        may = container["securityContext"]
        assert (may["allowPrivilegeEscalation"], may["readOnlyRootFilesystem"], may["capabilities"]) == (False, True, {"drop": ["ALL"]})
        assert "memory" in container["resources"]["limits"]
    shared = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["x-madang"]
    assert (shared["read_only"], shared["cap_drop"]) == (True, ["ALL"])


def test_compose_asks_for_what_its_example_names() -> None:
    text = (DEPLOY / "compose" / "compose.yaml").read_text()
    compose = yaml.safe_load(text)
    example = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "compose" / "example.env").read_text(), re.MULTILINE))
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) - {"MADANG_IMAGE"} == example
    volumes = {volume.split(":")[0] for each in compose["services"].values() for volume in each.get("volumes", [])}
    assert {volume for volume in volumes if not volume.startswith(".")} == set(compose["volumes"])
    assert all((DEPLOY / "compose" / volume).resolve().is_file() for volume in volumes if volume.startswith("."))
    for each in compose["services"].values():
        assert set(each.get("depends_on", {})) <= set(compose["services"])
        assert set(each["networks"]) <= set(compose["networks"])
    subnet = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert compose["x-madang"]["environment"]["MADANG_TRUSTED_PROXIES"] == subnet


@pytest.mark.needs("systemd")
def test_systemd_understands_the_units_and_finds_them_tight(tmp_path: Path) -> None:
    units = []
    for unit in (DEPLOY / "systemd").iterdir():
        units.append(shutil.copy(unit, tmp_path))
        # The program is not installed where the tests run.
        Path(units[-1]).write_text(unit.read_text().replace("/opt/madang/bin/madang", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True, check=False, timeout=patience.SECONDS
    )
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if "madang" in line]) == (0, [])
    for unit in (DEPLOY / "systemd").glob("*.service"):
        told = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)], capture_output=True, text=True, check=True
        )
        level = re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)
        assert level is not None
        assert float(level[1]) <= 2.5


@pytest.mark.needs("nginx", "openssl")
def test_nginx_understands_its_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key", tmp_path / "crt"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=madang",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(made, check=True, capture_output=True, timeout=patience.SECONDS)
    text = (DEPLOY / "proxy" / "nginx.conf").read_text()
    text = text.replace("/etc/ssl/madang/fullchain.pem", str(certificate)).replace("/etc/ssl/madang/privkey.pem", str(key))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {text} }}")
    command = ["nginx", "-t", "-c", str(whole), "-p", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience.SECONDS)
    assert checked.returncode == 0, checked.stderr
