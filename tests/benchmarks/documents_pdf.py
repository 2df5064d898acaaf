"""How much processor time a document takes to verify, beside other software in the same run.

    python -m tests.benchmarks.documents_pdf

PDF: a PAdES-B-LT of some 35 KB, signed here by pyHanko with throw-away keys, from the octets to the full report; pyHanko
validates the same octets. Medians of processor milliseconds, which do not depend on what else the machine does.
"""

from __future__ import annotations

import asyncio
import io
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature

from idbridge import verify_document
from tests.interop.test_pdf_pyhanko import AUTHORITY, context, pyhanko_signed, validation
from tests.unit.signatures.formats import pdf_forge as forge

PDF_MILLISECONDS_LIMIT = 8.0
FILLER = 21_000
"""Octets of page contents that bring the file to its size."""


def milliseconds(task: Callable[[], object], rounds: int) -> float:
    """Return the median processor time of *task*."""
    task()
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        task()
        taken.append(1_000 * (time.process_time() - began))
    return statistics.median(taken)


def pades_b_lt() -> bytes:
    objects = forge.base()
    objects[forge.CONTENTS] = forge.text(b"x" * FILLER)
    return pyhanko_signed(forge.write(objects), **validation())


def validated_by_pyhanko(data: bytes) -> None:
    embedded = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
    assert status.intact
    assert status.valid


def main() -> None:
    data = pades_b_lt()
    at = datetime.now(UTC) + timedelta(seconds=5)
    trust = [AUTHORITY.root.der]
    report = verify_document(data, trust=trust, at=at)
    assert report.indication == "TOTAL_PASSED"
    ours = milliseconds(lambda: verify_document(data, trust=trust, at=at), 100)
    theirs = milliseconds(lambda: validated_by_pyhanko(data), 10)
    print(f"PAdES-{report.signatures[0].level}, {len(data)} octets: {ours:.1f} ms (at most {PDF_MILLISECONDS_LIMIT})")
    print(f"pyHanko, signature validation alone: {theirs:.1f} ms")
    if ours > PDF_MILLISECONDS_LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
