"""For those who run the bridge: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from idbridge.storage.ports import StoreUnavailable
from idbridge.web.site import json_response

Check = Callable[[], object]
"""Returns what is worth telling of a part that is ready; raises `StoreUnavailable` when it is not."""


def operations(checks: Mapping[str, Check], *, several_processes: bool) -> Blueprint:
    """Return the blueprint; *checks* are what readiness depends on, by name."""
    blueprint = Blueprint("operations", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return json_response({"status": "alive"})

    @blueprint.get("/readyz")
    def readyz() -> Response:
        answers = {name: _ask(check) for name, check in checks.items()}
        ready = all(answer.get("ready") for answer in answers.values())
        return json_response({"status": "ready" if ready else "not-ready", "checks": answers}, 200 if ready else 503)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        registry: CollectorRegistry | None = None
        if several_processes:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # prometheus_client leaves it untyped
        content = generate_latest(registry) if registry else generate_latest()
        return Response(content, content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _ask(check: Check) -> dict[str, object]:
    try:
        detail = check()
    except StoreUnavailable as unavailable:
        return {"ready": False, "reason": unavailable.reason}
    return {"ready": True} if detail is None else {"ready": True, "detail": detail}
