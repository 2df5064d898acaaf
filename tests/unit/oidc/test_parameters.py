"""Parameters as strangers send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.oidc.errors import EndpointRefusal, Fault, Refusal
from idbridge.oidc.parameters import LIMITS, MAX_PARAMETERS, OTHER_LIMIT, read_parameters


def test_values_come_by_name_and_empty_ones_were_not_sent() -> None:
    parameters = read_parameters([("a", "1"), ("b", ""), ("c", "3")])
    assert (parameters.take("a"), parameters.take("b"), parameters.take("c")) == ("1", None, "3")


def test_an_empty_value_repeats_nothing() -> None:
    parameters = read_parameters([("a", ""), ("a", "1"), ("a", "")])
    parameters.check_unrepeated()
    assert parameters.take("a") == "1"


def test_a_repeated_parameter_is_refused_when_taken_and_when_all_are_checked() -> None:
    parameters = read_parameters([("a", "1"), ("a", "1"), ("b", "2")])
    assert parameters.take("b") == "2"
    for check in (lambda: parameters.take("a"), parameters.check_unrepeated):
        with pytest.raises(Refusal) as refused:
            check()
        assert refused.value.fault is Fault.PARAMETER_REPEATED


def test_resource_may_be_repeated() -> None:
    read_parameters([("resource", "https://a.example"), ("resource", "https://b.example")]).check_unrepeated()


def test_too_many_parameters_are_not_read_to_the_end() -> None:
    def endless():
        while True:
            yield "a", ""

    with pytest.raises(EndpointRefusal) as refused:
        read_parameters(endless(), EndpointRefusal)
    assert refused.value.fault is Fault.TOO_MANY_PARAMETERS
    assert len(read_parameters([(str(n), "x") for n in range(MAX_PARAMETERS)]).values) == MAX_PARAMETERS
    with pytest.raises(Refusal):
        read_parameters([(str(n), "x") for n in range(MAX_PARAMETERS + 1)])


@pytest.mark.parametrize(("name", "limit"), [*LIMITS.items(), ("anything", OTHER_LIMIT)])
def test_length_is_limited(name: str, limit: int) -> None:
    assert read_parameters([(name, "x" * limit)]).take(name)
    with pytest.raises(Refusal) as refused:
        read_parameters([(name, "x" * (limit + 1))]).take(name)
    assert (refused.value.fault, refused.value.evidence) == (Fault.PARAMETER_TOO_LONG, {"parameter": name})


@pytest.mark.parametrize("value", ["\0", "a\nb", "a\rb", "\x7f", "\u202e", "\ud800", "\u2028"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_parameters([("state", value)]).take("state")
    assert refused.value.fault is Fault.PARAMETER_MALFORMED


def test_json_may_be_indented() -> None:
    assert read_parameters([("claims", "{\n}")]).take("claims") == "{\n}"


def test_parameters_do_not_show_their_values() -> None:
    assert "s3cret" not in repr(read_parameters([("client_secret", "s3cret")]))


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=80))
def test_anything_is_read_or_refused(sent: list[tuple[str, str]]) -> None:
    if len(sent) > MAX_PARAMETERS:
        with pytest.raises(Refusal, match="too-many-parameters"):
            read_parameters(sent)
        return
    parameters = read_parameters(sent)
    for name in {name for name, _ in sent}:
        try:
            value = parameters.take(name)
        except Refusal:
            continue
        assert value is None or (name, value) in sent
