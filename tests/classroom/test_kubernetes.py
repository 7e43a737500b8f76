"""The values for Kubernetes without a cluster: rendered by Helm, each object checked by its schema.

`jupyterhub-4.4.0.tgz` is the chart of Zero to JupyterHub as released: the sources of commit
5c5f5df7, with version and image tags filled in and the JSON schema made of its YAML form, as its
own release script does. Its licence (BSD, 3 clauses) is inside.
"""

import base64
import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from helm_python import Chart
from helm_python.errors import HelmError

from classroom.kubernetes import arrivals

PROJECT = Path(__file__).resolve().parents[2]
CHART = Path(__file__).with_name("jupyterhub-4.4.0.tgz")
KUBERNETES = PROJECT / "classroom" / "kubernetes"
VALUES = yaml.safe_load((KUBERNETES / "values.yaml").read_text(encoding="utf-8"))
ACCOUNTS = '{"ada": {"name": "Ada", "password": "kuto-remi-saba-nolu"}}'


def render(changed=None):
    """{(kind, name): object} that Helm would send; it checks the values by the chart's schema."""
    values = yaml.safe_load((KUBERNETES / "values.yaml").read_text(encoding="utf-8")) | (
        changed or {}
    )
    files = values["hub"]["extraFiles"]
    files["accounts"]["stringData"] = ACCOUNTS
    files["passwords"]["stringData"] = (PROJECT / "classroom" / "passwords.py").read_text(
        encoding="utf-8"
    )
    with Chart.load(CHART) as chart:
        rendered = chart.render(values=values, name="class", namespace="class")
    texts = "\n---\n".join(text for name, text in rendered.items() if name.endswith(".yaml"))
    objects = [each for each in yaml.safe_load_all(texts) if each]
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


@pytest.fixture(scope="module")
def objects():
    return render()


@pytest.fixture(scope="module")
def spawner(objects):
    """The values that the hub itself reads: they shape a student's pod."""
    return yaml.safe_load(base64.b64decode(objects["Secret", "hub"]["data"]["values.yaml"]))


def test_the_chart_is_the_one_that_is_named():
    with Chart.load(CHART) as chart:
        assert chart.version == "4.4.0"
        hub = chart.metadata["appVersion"]
    for name in ("requirements.txt", "image/requirements.txt"):
        assert f"jupyterhub=={hub}\n" in (PROJECT / "classroom" / name).read_text(encoding="utf-8")
    assert "--version 4.4.0" in (KUBERNETES / "README.md").read_text(encoding="utf-8")


def test_every_object_is_valid(objects):
    assert len(objects) > 30
    for each in objects.values():
        kubernetes_validate.validate(each, "1.32", strict=True)


def test_an_unknown_value_is_refused():
    with pytest.raises(HelmError):
        render({"singleuser": VALUES["singleuser"] | {"memmory": {"limit": "2G"}}})


def test_nothing_leaves_a_student_s_pod_but_names_and_the_hub(objects):
    policy = objects["NetworkPolicy", "singleuser"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    for rule in policy["egress"]:
        peers = rule["to"]
        assert all("ipBlock" not in peer for peer in peers), rule
        if {port["port"] for port in rule["ports"]} != {53}:
            assert all(
                peer["podSelector"]["matchLabels"]["component"] in ("hub", "proxy", "autohttps")
                for peer in peers
            )
    for rule in policy["ingress"]:
        assert all("podSelector" in peer and "ipBlock" not in peer for peer in rule["from"])


def test_a_student_s_pod_has_limits_and_no_rights(spawner):
    student = spawner["singleuser"]
    assert student["memory"] == {"guarantee": "1G", "limit": "2G"}
    assert student["cpu"]["limit"] == 2
    rights = spawner["hub"]["config"]["KubeSpawner"]["container_security_context"]
    assert (
        rights["capabilities"] == {"drop": ["ALL"]}
        and rights["readOnlyRootFilesystem"]
        and rights["runAsNonRoot"]
    )
    assert student["storage"]["homeMountPath"] == "/home/student" and student["uid"] == 1000


def test_the_class_s_own_accounts_open_the_hub(objects, spawner):
    assert (
        spawner["hub"]["config"]["JupyterHub"]["authenticator_class"]
        == "passwords.ClassAuthenticator"
    )
    files = objects["Secret", "hub"]["stringData"]
    assert (
        files["accounts"].strip() == ACCOUNTS and "class ClassAuthenticator" in files["passwords"]
    )
    [container] = objects["Deployment", "hub"]["spec"]["template"]["spec"]["containers"]
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    variables = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert variables["CLASS_ACCOUNTS"] in mounts
    assert str(Path(variables["CLASS_ACCOUNTS"]).with_name("passwords.py")) in mounts


def test_the_image_is_on_the_nodes_and_there_is_room_before_nine(objects):
    image = f"{VALUES['singleuser']['image']['name']}:{VALUES['singleuser']['image']['tag']}"
    for name in ("hook-image-puller", "continuous-image-puller"):
        pod = objects["DaemonSet", name]["spec"]["template"]["spec"]
        assert image in [each["image"] for each in pod["initContainers"]]
    placeholder = objects["StatefulSet", "user-placeholder"]["spec"]
    [container] = placeholder["template"]["spec"]["containers"]
    assert placeholder["replicas"] == 30
    assert container["resources"]["requests"]["memory"] == "1G"


def test_the_hub_and_the_proxy_are_watched(objects):
    for name in ("hub", "proxy"):
        [container] = objects["Deployment", name]["spec"]["template"]["spec"]["containers"]
        assert {"livenessProbe", "readinessProbe"} <= set(container), name
        assert container["resources"]["limits"]["memory"], name


def test_what_must_be_changed_is_marked():
    marked = re.findall(
        r"^.*# <-", (KUBERNETES / "values.yaml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(marked) == 5 and sum("example.org" in line for line in marked) == 3


def test_the_table_is_that_of_the_simulation():
    assert arrivals.table() in (KUBERNETES / "README.md").read_text(encoding="utf-8")


def test_the_simulation_shares_processors():
    assert arrivals.waits([0.0], 10, processors=8) == [5.0]  # no more than two for one
    assert arrivals.waits([0.0] * 8, 10, processors=8) == [10.0] * 8
    assert arrivals.waits([0.0, 100.0], 10, processors=1) == [10.0, 10.0]
    first, second = arrivals.waits([0.0, 5.0], 10, processors=1)
    assert (first, second) == (15.0, 15.0)
