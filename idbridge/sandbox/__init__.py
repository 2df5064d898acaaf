"""Three regional identity providers and a portal to try everything against. Not a part of the bridge."""
