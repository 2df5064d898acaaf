"""idbridge: one sign-in, and signatures that count, in Guangdong, Hong Kong and Macao."""

from idbridge.pki.paths import verify_certificate

__all__ = ["verify_certificate"]
