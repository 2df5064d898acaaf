"""What changed between two versions of a list, in the words an operator reviews before signing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from idbridge.trust.agreements import EquivalenceState
from idbridge.trust.entries import RecognitionEntry
from idbridge.trust.localised import preferred
from idbridge.trust.model import Pointer, Provider, Service, TrustList

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, named by ``what``. What was added has no ``before``, what was removed no ``after``."""

    kind: Literal["added", "removed", "changed"]
    what: str
    before: str = ""
    after: str = ""


def differences(old: TrustList, new: TrustList) -> tuple[Change, ...]:
    """Return what changed from *old* to *new*: the scheme, then pointers, then services."""
    return (
        *_changed("list", _head(old), _head(new)),
        *_compare(_pointers(old), _pointers(new), _pointer),
        *_compare(_services(old), _services(new), _service),
    )


def _head(content: TrustList) -> dict[str, str]:
    scheme = content.scheme
    return {
        "territory": str(scheme.territory),
        "type": scheme.type,
        "sequence": str(content.sequence),
        "issued": f"{content.issued:%Y-%m-%dT%H:%M:%SZ}",
        "next update": f"{content.next_update:%Y-%m-%dT%H:%M:%SZ}" if content.next_update else "closed",
        "operator": preferred(scheme.operator_names),
        "distribution points": " ".join(scheme.distribution_points),
    }


def _pointers(content: TrustList) -> dict[str, Pointer]:
    return {f"pointer to {pointer.territory or ''} {pointer.location}": pointer for pointer in content.pointers}


def _pointer(pointer: Pointer) -> dict[str, str]:
    facts = {"signers": _digests(pointer.signers), "type": str(pointer.type)}
    for agreement in pointer.agreements:
        for service in agreement.services:
            states = (service.current, *service.history)
            facts[f"agreement {agreement.scheme}, {service.legal_identifier}"] = "; ".join(map(_equivalence, states))
    return facts


def _equivalence(state: EquivalenceState) -> str:
    kinds = " ".join(f"{kind.type} {kind.additional or ''}".strip() for kind in (*state.pointing, *state.pointed))
    statuses = " ".join((*state.statuses.valid_pointed, "not", *state.statuses.invalid_pointed))
    contents = " ".join(f"{content.context} {content.pointed.criteria}" for content in state.contents)
    return f"{_since(state.status, state.since)} ({kinds}; {statuses}; {contents})"


def _services(content: TrustList) -> dict[str, tuple[Provider, Service]]:
    """Name services by provider, name and type; of several with the same names the later ones are numbered."""
    found: dict[str, tuple[Provider, Service]] = {}
    for provider, service in content.services():
        name = (
            f"{preferred(provider.names)} / {preferred(service.current.names)} / {service.current.type.rsplit('Svctype/')[-1]}"
        )
        number = sum(key == name or key.startswith(f"{name} #") for key in found)
        found[f"{name} #{number + 1}" if number else name] = provider, service
    return found


def _service(named: tuple[Provider, Service]) -> dict[str, str]:
    _, service = named
    extensions = service.current.extensions
    facts = {
        "status": _since(service.current.status, service.current.since),
        "history": "; ".join(_since(state.status, state.since) for state in service.history),
        "certificates": _digests(service.certificates),
        "information": " ".join(information.uri for information in extensions.additional),
        "qualifications": " ".join(f"{item.qualifiers} {item.criteria}" for item in extensions.qualifications),
    }
    return facts | (_entry(extensions.entry) if extensions.entry else {})


def _entry(entry: RecognitionEntry) -> dict[str, str]:
    return {
        "entry": entry.id,
        "scheme": f"{entry.scheme}, {entry.region}",
        "level": entry.level,
        "purposes": " ".join(sorted(entry.purposes)),
        "certificate type": preferred(entry.certificate_type),
        "roots": _digests(entry.roots),
        "policy": (entry.policy.exact or f"{entry.policy.prefix}.*") if entry.policy else "",
        "subject": "; ".join(f"{rule.attribute or 'any'} = {rule.value}" for rule in entry.subject),
        "confirmed": str(entry.confirmed).lower(),
    }


def _since(status: str, time: datetime) -> str:
    return f"{status.rsplit('/', 1)[-1]} since {time:%Y-%m-%dT%H:%M:%SZ}"


def _digests(certificates: Iterable[bytes]) -> str:
    """Name certificates by the start of their SHA-256: enough for an operator to tell them apart."""
    return " ".join(hashlib.sha256(der).hexdigest()[:16] for der in certificates)


def _compare(
    old: Mapping[str, Value], new: Mapping[str, Value], facts: Callable[[Value], Mapping[str, str]]
) -> Iterator[Change]:
    for name in [name for name in old if name not in new]:
        yield Change("removed", name, before=_summary(facts(old[name])))
    for name, value in new.items():
        if name in old:
            yield from _changed(name, facts(old[name]), facts(value))
        else:
            yield Change("added", name, after=_summary(facts(value)))


def _changed(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for fact in dict.fromkeys((*old, *new)):
        before, after = old.get(fact, ""), new.get(fact, "")
        if before != after:
            yield Change("changed", f"{name}: {fact}", before, after)


def _summary(facts: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in facts.items() if value)
