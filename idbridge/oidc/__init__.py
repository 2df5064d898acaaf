"""The provider side of OpenID Connect: requests judged, grants and tokens made. Pure."""
