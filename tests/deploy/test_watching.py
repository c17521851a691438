"""The dashboard and the alerts name metrics and labels that /metrics gives."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, generate_latest

from doings.httpkit.observing import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = (DEPLOY / "grafana.json").read_text(encoding="utf-8")
ALERTS = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")

SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}

SERVED = re.findall(
    r"^# TYPE (doings_\w+) (\w+)$", generate_latest(REGISTRY).decode(), re.MULTILINE
)

NAMES = {
    name + suffix
    for name, kind in SERVED
    if not name.endswith("_created")
    for suffix in SUFFIXES.get(kind, ("",))
}
"""What can be asked for of each metric."""

PROMETHEUS_LABELS = {"instance", "job", "le"}

OUR_LABELS = {
    label
    for metric in vars(metrics).values()
    if hasattr(metric, "_labelnames")
    for label in metric._labelnames  # noqa: SLF001 - the library does not say them otherwise
}

EXPRESSIONS = {
    "dashboard": " ".join(
        target["expr"] for panel in json.loads(DASHBOARD)["panels"] for target in panel["targets"]
    ),
    "alerts": ALERTS,
}


@pytest.mark.parametrize("file", EXPRESSIONS)
def test_all_metrics_exist(file: str) -> None:
    """By the very name that a histogram's or a counter's samples have."""
    named = set(re.findall(r"doings_\w+", EXPRESSIONS[file]))

    assert named
    assert named <= NAMES


@pytest.mark.parametrize("file", EXPRESSIONS)
def test_all_labels_exist(file: str) -> None:
    """Those that are filtered by, and those that are summed by."""
    text = EXPRESSIONS[file]
    filters = re.findall(r"(\w+)(?:=~|!=|!~|=)\"", text)
    sums = ",".join(re.findall(r"by \(([^)]+)\)", text)).replace(" ", "").split(",")

    assert {*filters, *sums} <= OUR_LABELS | PROMETHEUS_LABELS


def test_every_metric_is_on_the_dashboard() -> None:
    """One that is added is drawn as well, or nobody sees it."""
    families = {name for name, kind in SERVED if not name.endswith("_created")}

    assert {name for name in families if name not in DASHBOARD} == set()


def test_panels_do_not_overlap() -> None:
    """Each has a place of its own on the 24 columns."""
    places = [panel["gridPos"] for panel in json.loads(DASHBOARD)["panels"]]
    cells = [
        (column, row)
        for place in places
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24
