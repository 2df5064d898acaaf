"""Files that are signed where they are: by name and digest, with their media types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from idbridge.signatures.contents import Content
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.refusals import BadRequest

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file to sign: content with a name, of which the digest alone may be known, and its media type."""

    content: Content = field(repr=False)
    media_type: str = UNKNOWN_TYPE

    @property
    def name(self) -> str:
        """The name under which a verifier looks for it.

        :raises BadRequest: it has none.
        """
        if not self.content.name:
            raise BadRequest("a detached file needs a name, for the signature to refer to it")
        return self.content.name

    def digest(self, algorithm: str) -> bytes:
        """Return its digest.

        :raises BadRequest: it is not known.
        """
        value = self.content.digest(algorithm)
        if value is None:
            raise BadRequest(f"the {algorithm} of {self.content.name or 'the content'} is not known")
        return value


def check_files(files: Iterable[SignedFile]) -> None:
    """Refuse files that a verifier could not tell apart.

    :raises BadRequest: there are none, more than readers take, one without a name, or two of one name.
    """
    names = [file.name for file in files]
    if not names:
        raise BadRequest("a signature over nothing is none")
    if len(names) >= LIMITS.references:
        raise BadRequest(f"{len(names)} files are more than a reader takes")
    if len(set(names)) != len(names):
        raise BadRequest("two files have one name")
