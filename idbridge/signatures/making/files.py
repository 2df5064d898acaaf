"""Files that are signed where they are: by name and digest, with their media types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from mimetypes import MimeTypes

from idbridge.signatures.contents import Content
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

UNKNOWN_TYPE = "application/octet-stream"


_TYPES = MimeTypes()
"""Media types by the ends of names, as the language has them; the machine's own tables are not asked."""


def media_type_of(name: str | None) -> str:
    """Return the media type that the end of a file's name tells."""
    return _TYPES.guess_type(name or "")[0] or UNKNOWN_TYPE


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file to sign: content with a name, of which the digest alone may be known, and its media type."""

    content: Content = field(repr=False)
    media_type: str = UNKNOWN_TYPE

    @property
    def name(self) -> str:
        """The name under which a verifier looks for it.

        :raises MakingRefused: it has none.
        """
        if not self.content.name:
            raise MakingRefused(MakingRefusal.FORMAT, "a detached file needs a name, for the signature to refer to it")
        return self.content.name

    def digest(self, algorithm: str) -> bytes:
        """Return its digest.

        :raises MakingRefused: it is not known.
        """
        value = self.content.digest(algorithm)
        if value is None:
            raise MakingRefused(
                MakingRefusal.CONTENT_MISSING, f"the {algorithm} of {self.content.name or 'the content'} is not known"
            )
        return value


def check_files(files: Iterable[SignedFile]) -> None:
    """Refuse files that a verifier could not tell apart.

    :raises MakingRefused: there are none, more than readers take, one without a name, or two of one name.
    """
    names = [file.name for file in files]
    if not names:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, "a signature over nothing is none")
    if len(names) >= LIMITS.references:
        raise MakingRefused(MakingRefusal.FORMAT, f"{len(names)} files are more than a reader takes")
    if len(set(names)) != len(names):
        raise MakingRefused(MakingRefusal.FORMAT, "two files have one name")
