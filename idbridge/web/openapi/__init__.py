"""The description of every HTTP face of the bridge, as an OpenAPI 3.1 document and as a page that people read.

Requests are described by the very types that read them, answers by schemas written beside; a test holds the routes, the
document and what is really answered together.
"""
