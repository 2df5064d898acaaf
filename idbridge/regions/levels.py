"""Whether a login is as sure as was asked; the tables from a region's own levels to ours are in its configuration."""

from __future__ import annotations

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.connector import Memo, RegionRefusal


def meet(region: RegionCode, reached: Assurance, memo: Memo) -> None:
    """Compare with the level that the departure noted under ``least``: at least, never equal.

    Raises `RegionRefusal` ``insufficient``.
    """
    if reached < Assurance[memo["least"]]:
        raise RegionRefusal(region, "insufficient", "assurance")
