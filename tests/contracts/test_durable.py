"""What every durable store has to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import StatementError

from idbridge.identity.assertion import (
    Attributes,
    IdentityDocument,
    Issuer,
    Organisation,
    PersonName,
    RegionCode,
    UpstreamSubject,
)
from idbridge.identity.assurance import Assurance
from idbridge.identity.consent import Consent, ConsentId
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.identity.sealing import Keyring, SealBroken
from idbridge.storage.migrations import upgrade
from idbridge.storage.ports import LinkRefused, PersonUnknown, StoreUnavailable
from idbridge.storage.records import AuditEvent, GrantId, OfflineGrant, Reused, Rotated, SignIn
from idbridge.storage.sql import open_durable
from idbridge.storage.sql.engine import database_url
from idbridge.storage.sql.schema import metadata
from tests.contracts.conftest import Portal, open_stores

NOW = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
HKID = IdentityDocument("HKID", "A1234563")
PERMIT = IdentityDocument("MAINLAND-TRAVEL-PERMIT", "H12345678")
USCC = IdentityDocument("USCC", "91350100M000100Y43")

ATTRIBUTES = Attributes(
    names=(PersonName("Hant", "陳大文", "陳", "大文"), PersonName("Latn", "CHAN, Tai Man")),
    birthdate=date(1990, 2, 3),
    gender="male",
    documents=(HKID, PERMIT),
    email="tai.man@example.hk",
    email_verified=True,
    phone="+85212345678",
    address="香港中環",
    organisations=(Organisation((("zh-Hant", "示例有限公司"),), USCC, "director"),),
)
PERSONAL = (
    "upstream-subject",
    "A1234563",
    "H12345678",
    "陳大文",
    "CHAN, Tai Man",
    "tai.man",
    "12345678",
    "中環",
    "Y43",
    "1990",
)

_numbers = count()


def new_person() -> Person:
    return Person(PersonId(f"person-{next(_numbers)}"), NOW)


def new_link(person: Person, subject: str = "", **changes) -> Link:
    number = next(_numbers)
    link = Link(
        id=LinkId(f"link-{number}"),
        person=person.id,
        region=RegionCode("HK"),
        issuer=Issuer("https://iamsmart.example"),
        subject=UpstreamSubject(subject or f"upstream-subject-{number}"),
        linked_at=NOW,
        last_used_at=NOW,
        version="1",
        attributes=ATTRIBUTES,
    )
    return replace(link, **changes)


@pytest.fixture
def held(stores):
    """A person with one link."""
    person = new_person()
    return stores.persons.create(person, new_link(person))


def consent_of(person: Person, **changes) -> Consent:
    consent = Consent(
        id=ConsentId(f"consent-{next(_numbers)}"),
        person=person.id,
        client_id="portal",
        recipient="粤办事",
        recipient_region=RegionCode("GD"),
        source_region=RegionCode("HK"),
        scopes=("openid", "profile"),
        claims=("birthdate", "name"),
        purpose="To open a file",
        purpose_version="1",
        granted_at=NOW,
    )
    return replace(consent, **changes)


def grant_of(person: Person, **changes) -> OfflineGrant:
    number = next(_numbers)
    grant = OfflineGrant(GrantId(f"grant-{number}"), person.id, "portal", NOW, NOW + 24 * HOUR, b"upstream-subject details")
    return replace(grant, **changes)


# --- clients


def test_clients_are_added_once_replaced_listed_and_removed(stores):
    first, other = Portal("b", "First", ("https://a.example/cb",)), Portal("a", "Other")
    assert stores.clients.get("b") is None
    assert stores.clients.add(first) is True
    assert stores.clients.add(Portal("b", "Usurper")) is False
    assert stores.clients.add(other) is True
    assert stores.clients.get("b") == first
    assert stores.clients.list() == (other, first)
    changed = replace(first, name="Renamed")
    assert stores.clients.replace(changed) is True
    assert stores.clients.get("b") == changed
    assert stores.clients.remove("b", NOW) is True
    assert stores.clients.remove("b", NOW) is False
    assert stores.clients.replace(changed) is False
    assert stores.clients.list() == (other,)


def test_removing_a_client_ends_what_was_given_to_it(stores, held):
    person, _ = held
    stores.clients.add(Portal("portal", "Portal"))
    stores.consents.grant(consent_of(person))
    stores.consents.grant(consent_of(person, client_id="other"))
    stores.grants.create(grant_of(person), "token")
    stores.clients.remove("portal", NOW + HOUR)
    ended = next(one for one in stores.consents.list(person.id, ended=True) if one.client_id == "portal")
    assert (ended.ended_at, ended.ended_by) == (NOW + HOUR, "portal-removed")
    assert [one.client_id for one in stores.consents.list(person.id)] == ["other"]
    assert stores.grants.find("token") is None


@pytest.mark.parametrize("client_id", ["", "\0", "a\0b", "\ud800", "漢", "x" * 100_000])
def test_a_stranger_s_client_identifier_is_at_worst_unknown(stores, held, client_id):
    assert stores.clients.get(client_id) is None
    assert stores.clients.remove(client_id, NOW) is False
    assert stores.consents.find(held[0].id, client_id, RegionCode("HK")) is None
    assert stores.consents.withdraw(held[0].id, client_id, NOW) == ()
    assert stores.grants.rotate("token", client_id, "next", NOW) is None
    assert stores.grants.revoke_for(held[0].id, client_id, NOW) == ()


# --- persons and links


def test_a_person_is_found_by_issuer_and_subject_together(stores):
    person = new_person()
    link = new_link(person)
    assert stores.persons.find_by_link(link.issuer, link.subject) is None
    assert stores.persons.create(person, link) == (person, link)
    assert stores.persons.find_by_link(link.issuer, link.subject) == (person, link)
    assert stores.persons.find_by_link(Issuer("https://other.example"), link.subject) is None
    assert stores.persons.find_by_link(link.issuer, UpstreamSubject(link.subject + "x")) is None
    assert stores.persons.find_by_link(Issuer(link.issuer + link.subject[:1]), UpstreamSubject(link.subject[1:])) is None
    assert stores.persons.get(person.id) == person
    assert stores.persons.get(PersonId("nobody")) is None


@pytest.mark.parametrize("subject", ["\0", "\ud800", "漢" * 1000])
def test_any_text_is_a_subject(stores, subject):
    person = new_person()
    assert stores.persons.find_by_link(Issuer("i"), UpstreamSubject(subject)) is None
    if subject != "\ud800":  # what is no Unicode text cannot come out of an upstream's JSON
        stores.persons.create(person, new_link(person, subject, issuer=Issuer("i")))
        assert stores.persons.find_by_link(Issuer("i"), UpstreamSubject(subject))[1].subject == subject


def test_creating_a_person_for_a_known_account_returns_its_holder(stores, held):
    person = new_person()
    assert stores.persons.create(person, new_link(person, held[1].subject)) == held
    assert stores.persons.get(person.id) is None, "no person without a link is left"


def test_a_second_account_is_added_once_and_never_taken_from_another(stores, held):
    person, first = held
    second = new_link(person, region=RegionCode("GD"), attributes=None, linked_at=NOW + HOUR)
    assert stores.persons.add_link(second) == second
    assert stores.persons.add_link(replace(second, id=LinkId("again"))) == second
    assert stores.persons.links(person.id) == (first, second)
    other = new_person()
    stores.persons.create(other, new_link(other))
    with pytest.raises(LinkRefused) as refusal:
        stores.persons.add_link(replace(second, id=LinkId("stolen"), person=other.id))
    assert refusal.value.code == "taken"
    with pytest.raises(PersonUnknown):
        stores.persons.add_link(new_link(new_person()))


def test_the_last_link_stays(stores, held):
    person, first = held
    second = stores.persons.add_link(new_link(person))
    for link, code in (("unknown", "unknown"), ("\0", "unknown"), (new_link(person).id, "unknown")):
        with pytest.raises(LinkRefused) as refusal:
            stores.persons.remove_link(person.id, LinkId(link))
        assert refusal.value.code == code
    with pytest.raises(LinkRefused):
        stores.persons.remove_link(new_person().id, first.id)
    stores.persons.remove_link(person.id, first.id)
    with pytest.raises(LinkRefused) as refusal:
        stores.persons.remove_link(person.id, second.id)
    assert refusal.value.code == "last"
    assert stores.persons.links(person.id) == (second,)
    assert stores.persons.find_by_link(first.issuer, first.subject) is None


def test_an_unlinked_account_can_go_to_another_person(stores, held):
    person, first = held
    stores.persons.add_link(new_link(person))
    stores.persons.remove_link(person.id, first.id)
    other = new_person()
    assert stores.persons.create(other, new_link(other, first.subject))[0] == other


def test_refreshing_a_link_replaces_attributes_version_and_documents(stores, held):
    person, link = held
    assert stores.persons.find_by_document(HKID) == (person.id,)
    told = replace(ATTRIBUTES, documents=(PERMIT, PERMIT), email=None)
    assert stores.persons.refresh_link(link.id, "2", told) is True
    assert stores.persons.links(person.id) == (replace(link, version="2", attributes=told),)
    assert stores.persons.find_by_document(HKID) == ()
    assert stores.persons.find_by_document(PERMIT) == (person.id,)
    assert stores.persons.refresh_link(link.id, "3", None) is True
    assert stores.persons.find_by_document(PERMIT) == ()
    assert stores.persons.refresh_link(LinkId("unknown"), "2", told) is False


def test_a_document_finds_everyone_it_identified(stores, held):
    other = new_person()
    stores.persons.create(other, new_link(other))
    assert set(stores.persons.find_by_document(HKID)) == {held[0].id, other.id}
    assert stores.persons.find_by_document(IdentityDocument("PASSPORT", HKID.number)) == ()


def test_deleting_a_person_leaves_nothing_of_it(stores, held, durable_url):
    person, link = held
    stores.consents.grant(consent_of(person))
    stores.grants.create(grant_of(person), "token")
    stores.sign_ins.append(SignIn(person.id, link.id, "portal", link.region, Assurance.HIGH, NOW))
    assert stores.persons.delete(person.id) is True
    assert stores.persons.delete(person.id) is False
    assert all(not rows for rows in all_rows(durable_url).values())


# --- consents


def test_a_consent_holds_for_one_person_portal_and_region(stores, held):
    person, _ = held
    consent = consent_of(person)
    stores.consents.grant(consent)
    assert stores.consents.find(person.id, "portal", RegionCode("HK")) == consent
    assert stores.consents.find(person.id, "portal", RegionCode("GD")) is None
    assert stores.consents.find(person.id, "other", RegionCode("HK")) is None
    assert stores.consents.find(new_person().id, "portal", RegionCode("HK")) is None
    with pytest.raises(PersonUnknown):
        stores.consents.grant(consent_of(new_person()))


def test_a_new_consent_ends_the_old_one_and_the_record_keeps_both(stores, held):
    person, _ = held
    old = consent_of(person)
    new = consent_of(person, claims=("name",), granted_at=NOW + HOUR)
    stores.consents.grant(old)
    stores.consents.grant(new)
    assert stores.consents.find(person.id, "portal", RegionCode("HK")) == new
    assert stores.consents.list(person.id) == (new,)
    assert stores.consents.list(person.id, ended=True) == (new, replace(old, ended_at=new.granted_at, ended_by="replaced"))


def test_consents_are_found_by_what_the_portal_calls_the_person(stores, held):
    person, _ = held
    consents = [consent_of(person), consent_of(person, source_region=RegionCode("GD")), consent_of(person, client_id="other")]
    for consent, subject in zip(consents, ("sub", "sub", "another"), strict=True):
        stores.consents.grant(consent, subject)
    assert set(stores.consents.given_by("portal", "sub")) == set(consents[:2])
    assert stores.consents.given_by("other", "another") == (consents[2],)
    for client_id, subject in [("other", "sub"), ("portal", "another"), ("portal", ""), ("po", "rtalsub"), ("\0", "\ud800")]:
        assert stores.consents.given_by(client_id, subject) == ()
    stores.consents.grant(consent_of(person))  # without: by then it is found by nothing
    assert stores.consents.given_by("portal", "sub") == (consents[1],)
    stores.consents.withdraw(person.id, "portal", NOW + HOUR)
    assert stores.consents.given_by("portal", "sub") == ()


def test_withdrawing_ends_the_consents_to_one_portal(stores, held):
    person, _ = held
    consents = [consent_of(person), consent_of(person, source_region=RegionCode("GD"), granted_at=NOW + HOUR)]
    kept = consent_of(person, client_id="other")
    for consent in (*consents, kept):
        stores.consents.grant(consent)
    ended = stores.consents.withdraw(person.id, "portal", NOW + 2 * HOUR)
    assert ended == tuple(replace(consent, ended_at=NOW + 2 * HOUR, ended_by="withdrawn") for consent in consents)
    assert stores.consents.withdraw(person.id, "portal", NOW + 3 * HOUR) == ()
    assert stores.consents.list(person.id) == (kept,)
    assert stores.consents.find(person.id, "portal", RegionCode("HK")) is None


# --- sign-ins and audit


def test_sign_ins_are_listed_newest_first_and_mark_the_link(stores, held):
    person, link = held
    history = [SignIn(person.id, link.id, f"portal-{n}", link.region, Assurance(n % 4), NOW + n * HOUR) for n in range(5)]
    for sign_in in history:
        stores.sign_ins.append(sign_in)
    assert stores.sign_ins.newest(person.id, 3) == tuple(reversed(history[2:]))
    assert stores.sign_ins.newest(new_person().id, 3) == ()
    assert stores.persons.links(person.id)[0].last_used_at == NOW + 4 * HOUR
    with pytest.raises(PersonUnknown):
        stores.sign_ins.append(replace(history[0], person=PersonId("nobody")))


def test_purging_sign_ins_and_events_keeps_those_of_the_moment_and_after(stores, held):
    person, link = held
    for hours in range(4):
        at = NOW + hours * HOUR
        stores.sign_ins.append(SignIn(person.id, link.id, "portal", link.region, Assurance.LOW, at))
        stores.audit.append(AuditEvent(at, "operator:cli", "test", f"client:{hours}"))
    assert (stores.sign_ins.purge(NOW + 2 * HOUR), stores.audit.purge(NOW + 2 * HOUR)) == (2, 2)
    assert [sign_in.at for sign_in in stores.sign_ins.newest(person.id, 9)] == [NOW + 3 * HOUR, NOW + 2 * HOUR]
    assert [event.object for event in stores.audit.newest(9)] == ["client:3", "client:2"]


def test_audit_events_are_listed_newest_first(stores):
    events = [AuditEvent(NOW, f"person:{n}", "link.remove", "link:1", "refused", "last") for n in range(4)]
    for event in events:
        stores.audit.append(event)
    assert stores.audit.newest(2) == (events[3], events[2])


# --- offline grants


def test_a_refresh_token_is_used_once_and_followed_by_another(stores, held):
    grant = grant_of(held[0])
    assert stores.grants.create(grant, "t1") is True
    assert stores.grants.create(grant, "t1") is False
    assert stores.grants.find("t1") == grant
    assert stores.grants.find("t2") is None
    assert stores.grants.rotate("t1", "portal", "t2", NOW) == Rotated(grant)
    assert stores.grants.rotate("t2", "portal", "t3", NOW) == Rotated(grant)
    assert stores.grants.find("t1") == stores.grants.find("t3") == grant
    assert stores.grants.list(held[0].id, NOW) == (grant,)


def test_reuse_revokes_the_grant_with_all_its_tokens(stores, held):
    grant, other = grant_of(held[0]), grant_of(held[0])
    stores.grants.create(grant, "t1")
    stores.grants.create(other, "o1")
    stores.grants.rotate("t1", "portal", "t2", NOW)
    assert stores.grants.rotate("t1", "portal", "evil", NOW) == Reused(grant)
    for token in ("t1", "t2", "evil"):
        assert stores.grants.find(token) is None
        assert stores.grants.rotate(token, "portal", "t9", NOW) is None
    assert stores.grants.list(held[0].id, NOW) == (other,)


@pytest.mark.parametrize(
    ("token", "client_id", "at"),
    [("t2", "portal", NOW), ("t1", "other", NOW), ("t1", "portal", NOW + 24 * HOUR), ("\ud800", "portal", NOW), ("", "", NOW)],
    ids=["unknown", "another client's", "expired", "no text", "empty"],
)
def test_a_token_that_is_not_good_changes_nothing(stores, held, token, client_id, at):
    grant = grant_of(held[0])
    stores.grants.create(grant, "t1")
    assert stores.grants.rotate(token, client_id, "t3", at) is None
    assert stores.grants.find("t3") is None
    assert stores.grants.rotate("t1", "portal", "t2", NOW) == Rotated(grant)


def test_revoking_ends_a_grant_even_before_it_is_created(stores, held):
    first, second = grant_of(held[0]), grant_of(held[0])
    stores.grants.create(first, "f1")
    stores.grants.revoke(first.id, NOW)
    stores.grants.revoke(first.id, NOW)
    assert stores.grants.find("f1") is None
    stores.grants.revoke(second.id, NOW)
    assert stores.grants.create(second, "s1") is False
    assert stores.grants.find("s1") is None
    assert stores.grants.list(held[0].id, NOW) == ()
    with pytest.raises(PersonUnknown):
        stores.grants.create(grant_of(new_person()), "x")


def test_revoking_by_person_and_client(stores, held):
    mine, elsewhere = grant_of(held[0]), grant_of(held[0], client_id="other")
    other = new_person()
    stores.persons.create(other, new_link(other))
    theirs = grant_of(other)
    for grant, token in ((mine, "m"), (elsewhere, "e"), (theirs, "t")):
        stores.grants.create(grant, token)
    assert stores.grants.revoke_for(held[0].id, "portal", NOW) == (mine.id,)
    assert stores.grants.revoke_for(held[0].id, None, NOW) == (elsewhere.id,)
    assert stores.grants.revoke_for(held[0].id, None, NOW) == ()
    assert stores.grants.find("t") == theirs


def test_purging_forgets_what_ended_and_only_that(stores, held):
    expired, revoked, live = (grant_of(held[0], expires_at=NOW + hours * HOUR) for hours in (1, 24, 24))
    for grant, token in ((expired, "e"), (revoked, "r"), (live, "l")):
        stores.grants.create(grant, token)
    stores.grants.revoke(revoked.id, NOW + HOUR)
    stores.grants.revoke(GrantId("never created"), NOW + HOUR)
    assert stores.grants.purge(NOW + HOUR) == 0
    assert stores.grants.purge(NOW + 2 * HOUR) == 3
    assert stores.grants.find("e") is None
    assert stores.grants.find("l") == live


# --- races


def create_same(stores, number):
    person = Person(PersonId(f"racer-{number}"), NOW)
    return stores.persons.create(person, new_link(person, "contested", id=LinkId(f"racer-{number}")))[0].id


def test_eight_first_logins_at_once_make_one_person(race, stores, durable_url):
    winners = race(open_stores, durable_url, create_same)
    assert len(set(winners)) == 1
    assert [row["id"] for row in all_rows(durable_url)["persons"]] == [winners[0]]


def link_to_own(stores, number):
    person = PersonId(f"holder-{number}")
    try:
        link = stores.persons.add_link(new_link(Person(person, NOW), "contested", id=LinkId(f"contested-{number}")))
    except LinkRefused as refusal:
        return refusal.code
    return link.person


def test_eight_persons_linking_one_account_leave_it_with_one(race, stores, durable_url):
    for number in range(8):
        person = Person(PersonId(f"holder-{number}"), NOW)
        stores.persons.create(person, new_link(person))
    results = race(open_stores, durable_url, link_to_own)
    assert results.count("taken") == 7
    holder = stores.persons.find_by_link(Issuer("https://iamsmart.example"), UpstreamSubject("contested"))[0].id
    assert [result for result in results if result != "taken"] == [holder]


def remove_one(stores, number):
    try:
        stores.persons.remove_link(PersonId("owner"), LinkId(f"owned-{number}"))
    except LinkRefused as refusal:
        return refusal.code
    return "removed"


def test_eight_removals_of_eight_links_leave_the_last(race, stores, durable_url):
    person = Person(PersonId("owner"), NOW)
    stores.persons.create(person, new_link(person, id=LinkId("owned-0")))
    for number in range(1, 8):
        stores.persons.add_link(new_link(person, id=LinkId(f"owned-{number}")))
    results = race(open_stores, durable_url, remove_one)
    assert (results.count("removed"), results.count("last")) == (7, 1)
    assert len(stores.persons.links(person.id)) == 1


def rotate_same(stores, number):
    return type(stores.grants.rotate("contested", "portal", f"successor-{number}", NOW)).__name__


def test_eight_rotations_of_one_token_give_one_and_then_revoke(race, stores, held, durable_url):
    stores.grants.create(grant_of(held[0]), "contested")
    results = race(open_stores, durable_url, rotate_same)
    assert (results.count("Rotated"), results.count("Reused"), results.count("NoneType")) == (1, 1, 6)
    assert all(stores.grants.find(f"successor-{number}") is None for number in range(8))


def grant_same(stores, number):
    stores.consents.grant(consent_of(Person(PersonId("consenting"), NOW), id=ConsentId(f"contested-{number}")))


def test_eight_consents_at_once_leave_one_current(race, stores, durable_url):
    person = Person(PersonId("consenting"), NOW)
    stores.persons.create(person, new_link(person))
    race(open_stores, durable_url, grant_same)
    assert len(stores.consents.list(person.id)) == 1
    assert len(stores.consents.list(person.id, ended=True)) == 8


def create_or_revoke(stores, number):
    if number % 2:
        stores.grants.revoke(GrantId("contested"), NOW)
    else:
        stores.grants.create(grant_of(Person(PersonId("granting"), NOW), id=GrantId("contested")), f"contested-{number}")


def test_a_replay_that_races_the_first_redemption_leaves_nothing_live(race, stores, durable_url):
    person = Person(PersonId("granting"), NOW)
    stores.persons.create(person, new_link(person))
    race(open_stores, durable_url, create_or_revoke)
    assert stores.grants.list(person.id, NOW) == ()
    assert all(stores.grants.find(f"contested-{number}") is None for number in range(8))


def append_one(stores, number):
    person = PersonId("signing-in")
    stores.sign_ins.append(SignIn(person, LinkId("l"), f"portal-{number}", RegionCode("HK"), Assurance.LOW, NOW))


def test_no_sign_in_is_lost(race, stores, durable_url):
    person = Person(PersonId("signing-in"), NOW)
    stores.persons.create(person, new_link(person))
    race(open_stores, durable_url, append_one)
    assert {sign_in.client_id for sign_in in stores.sign_ins.newest(person.id, 99)} == {f"portal-{n}" for n in range(8)}


# --- secrecy, keys and failure


def all_rows(url: str) -> dict[str, list[dict]]:
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        rows = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in metadata.sorted_tables
        }
    engine.dispose()
    return rows


def test_nothing_personal_stands_in_clear(stores, held, durable_url):
    person, link = held
    stores.persons.refresh_link(link.id, "2", replace(ATTRIBUTES, email="tai.man@example.hk"))
    stores.clients.add(Portal("client", "upstream-subject"))
    stores.grants.create(grant_of(person), "upstream-subject")
    everything = "".join(
        value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for rows in all_rows(durable_url).values()
        for row in rows
        for value in row.values()
    )
    for secret in PERSONAL:
        assert secret not in everything
        assert secret.encode().decode("latin-1") not in everything


def test_rows_sealed_with_an_old_key_open_and_with_a_lost_key_do_not(stores, held, durable_url):
    _, link = held
    ring = Keyring(active=bytes([1]) * 32, index=bytes([2]) * 32)
    rotated = open_durable(durable_url, ring.rotated(bytes([3]) * 32), Portal)
    assert rotated.persons.find_by_link(link.issuer, link.subject) == held
    lost = open_durable(durable_url, Keyring(active=bytes([3]) * 32, index=bytes([2]) * 32), Portal)
    with pytest.raises(SealBroken):
        lost.persons.find_by_link(link.issuer, link.subject)
    rotated.database.close()
    lost.database.close()


def test_a_sealed_value_moved_to_another_row_does_not_open(stores, held, durable_url):
    other = new_person()
    _, link = stores.persons.create(other, new_link(other))
    sealed = {row["id"]: row["sealed"] for row in all_rows(durable_url)["links"]}
    engine = create_engine(database_url(durable_url))
    links = metadata.tables["links"]
    with engine.begin() as connection:
        connection.execute(links.update().where(links.c.id == link.id).values(sealed=sealed[held[1].id]))
    engine.dispose()
    with pytest.raises(SealBroken):
        stores.persons.links(other.id)


def test_a_failed_step_leaves_nothing_and_the_connection_usable(stores, held):
    person, link = held

    def fail_halfway():
        with stores.database.transaction() as connection:
            connection.execute(metadata.tables["links"].delete())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert stores.persons.links(person.id) == (link,)


def append_many(stores, number):
    for _ in range(50):
        stores.audit.append(AuditEvent(NOW, f"worker:{number}", "test", "nothing"))


def test_no_writer_starves_among_busy_ones(race, stores, durable_url):
    race(open_stores, durable_url, append_many)
    assert len(stores.audit.newest(1000)) == 8 * 50


def test_reading_connections_of_sqlite_cannot_write(tmp_path):
    url = f"sqlite:///{tmp_path / 'idbridge.db'}"
    upgrade(url)
    stores = open_stores(url)
    with pytest.raises(StoreUnavailable), stores.database.reading() as connection:
        connection.execute(metadata.tables["links"].delete())
    stores.database.close()


def test_a_time_without_a_zone_is_refused(stores, held):
    with pytest.raises(StatementError, match="TypeError"):
        stores.consents.withdraw(held[0].id, "portal", NOW.replace(tzinfo=None))


def test_the_database_answers(stores):
    stores.database.ping()
