"""The demonstration portal: another organisation's site that lets its users sign in through the bridge.

It knows the bridge by plain OpenID Connect only. `relying_party` speaks the protocol, `site` has the pages, `signing` those
for signing a document with iAM Smart, whose client the portal is, too.
"""

from idbridge.sandbox.portal.application import create_portal
from idbridge.sandbox.portal.relying_party import PortalConfig
from idbridge.sandbox.portal.signing import SigningDesk

__all__ = ["PortalConfig", "SigningDesk", "create_portal"]
