"""The authorization endpoint: a request read and judged, what comes next, and the answer.

`read` takes the parameters, the caller looks up the client that they name, `judge` accepts or refuses the request, and
`next_step` says what to do with it as often as it is asked. Showing pages, going to regions and keeping requests, sessions and
consents is the caller's.
"""

from idbridge.oidc.authorization.dispatch import next_step, required_assurance
from idbridge.oidc.authorization.reading import UnjudgedRequest, judge, read
from idbridge.oidc.authorization.request import (
    AuthorizationRequest,
    Display,
    Prompt,
)
from idbridge.oidc.authorization.response import AuthorizationResponse, RedirectedRefusal, ResponseMode, ReturnAddress
from idbridge.oidc.authorization.steps import (
    Answer,
    AskConsent,
    ChooseOrganisation,
    ChooseRegion,
    GoUpstream,
    Refuse,
    Session,
    Standing,
    Step,
)

__all__ = [
    "Answer",
    "AskConsent",
    "AuthorizationRequest",
    "AuthorizationResponse",
    "ChooseOrganisation",
    "ChooseRegion",
    "Display",
    "GoUpstream",
    "Prompt",
    "RedirectedRefusal",
    "Refuse",
    "ResponseMode",
    "ReturnAddress",
    "Session",
    "Standing",
    "Step",
    "UnjudgedRequest",
    "judge",
    "next_step",
    "read",
    "required_assurance",
]
