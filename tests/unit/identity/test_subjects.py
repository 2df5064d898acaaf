"""Subjects: stable, pairwise, and of no use to anyone without the secret."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

from idbridge.identity.assertion import IdentityDocument
from idbridge.identity.person import PersonId
from idbridge.identity.subjects import SubjectSecret, organisation_subject, pairwise_subject, public_subject, session_id

SECRET = SubjectSecret(b"s" * 32)
PERSON = PersonId("person-1")
COMPANY = IdentityDocument("USCC", "91350100M000100Y43")


def test_a_pairwise_subject_is_an_hmac_of_sector_and_person():
    message = b"\0\0\0\x08pairwise\0\0\0\x0eportal.example\0\0\0\x08person-1"
    expected = urlsafe_b64encode(hmac.new(SECRET, message, "sha256").digest()).decode().rstrip("=")
    assert pairwise_subject(SECRET, "portal.example", PERSON) == expected


def test_a_sector_is_a_host_and_has_no_case():
    assert pairwise_subject(SECRET, "Portal.Example", PERSON) == pairwise_subject(SECRET, "portal.example", PERSON)


def test_every_subject_is_another():
    subjects = [
        pairwise_subject(SECRET, "a.example", PERSON),
        pairwise_subject(SECRET, "b.example", PERSON),
        pairwise_subject(SECRET, "a.example", PersonId("person-2")),
        pairwise_subject(SubjectSecret(b"t" * 32), "a.example", PERSON),
        public_subject(SECRET, PERSON),
        session_id(SECRET, "a.example", "person-1"),
        session_id(SECRET, "b", "person-1"),
        organisation_subject(SECRET, "a.example", COMPANY),
        organisation_subject(SECRET, "b.example", COMPANY),
        organisation_subject(SECRET, "a.example", IdentityDocument("HK-BRN", COMPANY.number)),
    ]
    assert len(set(subjects)) == len(subjects)
    assert all(len(subject) == 43 and subject.isascii() for subject in subjects)
    assert not any("person" in subject or "91350100" in subject for subject in subjects)
