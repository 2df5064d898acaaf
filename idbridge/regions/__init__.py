"""One module a region or protocol: build the request, judge the response. Pure."""
