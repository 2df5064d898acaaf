"""The words for what a region says of a signature: one sentence for each answer, and for each rule that refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.wording import N_

RECOGNISED: Final = N_("Recognised in %(place)s, by the entry “%(entry)s” of its list: %(scheme)s, as %(level)s.")
RECOGNISED_PLAINLY: Final = N_("Recognised in %(place)s, by the entry “%(entry)s” of its list.")
RECOGNISED_AS_OWN: Final = N_("Recognised in %(place)s, by its own list.")
CANNOT_TELL: Final = N_("Whether it is recognised in %(place)s cannot be told. What is not known: %(rule)s.")
NOT_RECOGNISED: Final = N_("Not recognised in %(place)s: %(why)s")
NOT_RECOGNISED_BY: Final = N_("Not recognised in %(place)s by the entry “%(entry)s”: %(why)s")

REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "list-in-force": N_("it has no list in force."),
        "entry-exists": N_("its list says nothing about certificates of this issuer."),
        "path-valid": N_("the certificate itself is not valid."),
        "signature-valid": N_("the signature itself is not valid."),
        "scheme": N_("the entry belongs to another scheme than the one asked about."),
        "purpose": N_("it takes such certificates for other purposes only."),
        "key-usage": N_("the certificate itself is not for this purpose."),
        "entry-confirmed": N_("the entry is a template that nobody has confirmed."),
        "agreement-enacted": N_("the agreement between the regions was not in force at that time."),
        "status-period": N_("the entry was not in force at that time."),
        "root": N_("another root stands above the certificate than the entry names."),
        "issuing-ca": N_("another authority issued the certificate than the entry names."),
        "certificate-type": N_("the certificate is of another type than the entry names."),
        "policy": N_("the certificate was issued under other rules than the entry names."),
        "home-status": N_("its issuer was not approved in its own region at that time."),
        "pointed-list": N_("the list of the other region is not in force."),
        "service": N_("the authority that is listed does not stand above the certificate."),
        "service-type": N_("the authority is listed for another service."),
        "certificate-content": N_("the certificate does not contain what the agreement asks for."),
    }
)
"""By the rule that refused; each completes `NOT_RECOGNISED`."""
