"""OFD documents and electronic seals: GB/T 33190, GM/T 0099, GB/T 38540, GM/T 0031."""

from idbridge.signatures.formats.ofd.document import read

__all__ = ["read"]
