"""The demonstration portal: another organisation's site that lets its users sign in through the bridge.

It knows the bridge by plain OpenID Connect only. `relying_party` speaks the protocol, `site` is the web application.
"""

from idbridge.sandbox.portal.relying_party import PortalConfig
from idbridge.sandbox.portal.site import create_portal

__all__ = ["PortalConfig", "create_portal"]
