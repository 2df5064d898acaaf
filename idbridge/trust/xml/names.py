"""Qualified names of elements, in the notation of lxml."""

from __future__ import annotations

from functools import cache

from idbridge.trust import vocabulary


@cache
def tsl(name: str) -> str:
    """An element of TS 119 612."""
    return f"{{{vocabulary.TSL}}}{name}"


@cache
def tslx(name: str) -> str:
    """One of its additional types."""
    return f"{{{vocabulary.TSL_TYPES}}}{name}"


@cache
def sie(name: str) -> str:
    """One of its qualifications extension."""
    return f"{{{vocabulary.QUALIFICATIONS}}}{name}"


@cache
def mra(name: str) -> str:
    """One of a mutual recognition agreement."""
    return f"{{{vocabulary.MRA}}}{name}"


@cache
def entry(name: str) -> str:
    """One of our recognition entry."""
    return f"{{{vocabulary.ENTRY}}}{name}"


@cache
def xades(name: str) -> str:
    """One of XAdES (ETSI EN 319 132-1)."""
    return f"{{{vocabulary.XADES}}}{name}"


@cache
def ds(name: str) -> str:
    """One of XML-DSig."""
    return f"{{{vocabulary.DSIG}}}{name}"


LANGUAGE = f"{{{vocabulary.XML}}}lang"
