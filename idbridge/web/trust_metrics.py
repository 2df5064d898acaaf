"""The trust lists as Prometheus metrics, read when they are asked for: what to raise an alarm on before a list ends.

The refreshes are counted where the lists are kept, so that every process of an instance tells the same, and a restart forgets
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from idbridge.services.trust_lists import ListStatus, TrustLists


class Gauge(NamedTuple):
    """A metric of each list: its name, what it is, and its value, None where there is none."""

    name: str
    meaning: str
    value: Callable[[ListStatus], float | None]


GAUGES: Final = (
    Gauge("current", "1 while the list may be relied upon.", lambda list_: float(list_.ready)),
    Gauge("sequence", "Sequence number of the last good version.", lambda list_: list_.sequence),
    Gauge(
        "age_seconds",
        "Seconds since the last good version was issued.",
        lambda list_: None if list_.age is None else list_.age.total_seconds(),
    ),
    Gauge(
        "next_update",
        "When the last good version ends, in seconds of Unix time.",
        lambda list_: None if list_.next_update is None else list_.next_update.timestamp(),
    ),
    Gauge(
        "last_refresh",
        "When its publisher was last asked, in seconds of Unix time.",
        lambda list_: None if list_.last_attempt is None else list_.last_attempt.at.timestamp(),
    ),
)


class TrustListMetrics(Collector):
    """Everything that is measured of the lists of one instance."""

    def __init__(self, lists: TrustLists) -> None:
        self._lists = lists

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of each list, and its refreshes by how they went."""
        statuses = self._lists.status()
        for gauge in GAUGES:
            family = GaugeMetricFamily(f"idbridge_trust_list_{gauge.name}", gauge.meaning, labels=["region"])
            for status in statuses:
                if (value := gauge.value(status)) is not None:
                    family.add_metric([status.territory], value)
            yield family
        yield _refreshes(statuses)


def _refreshes(statuses: tuple[ListStatus, ...]) -> Metric:
    """Return the counter; "accepted" and "unchanged" are the outcomes that are none to worry about."""
    meaning = "Refreshes of the list by how they went."
    family = CounterMetricFamily("idbridge_trust_list_refreshes", meaning, labels=["region", "outcome"])
    for status in statuses:
        for outcome, number in sorted(status.attempts.items()):
            family.add_metric([status.territory, outcome], number)
    return family
