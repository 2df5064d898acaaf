"""The answers of other validation services, so that their clients switch by changing a URL: EU DSS and SiVa.

What is said is this bridge's own judgement, in their words. Neither has words for recognition between regions, SM2 or OFD: who
wants those calls ``/api/v1/verifications``. European qualification (QES and its kin) is never claimed.
"""
