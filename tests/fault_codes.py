"""The codes of all faults of the form, as they stand in the source of the formats: there is no table of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import idbridge.signatures

PLACE = "THING"
"""What stands for every value in a fault's evidence."""
Functions = dict[str, tuple[list[str], ast.Call]]
"""Functions that make a fault of what they are given: their parameters, and the making."""


def fault_codes() -> dict[str, set[str]]:
    """Return every code with the forms of its evidence, values replaced by `PLACE`."""
    found: dict[str, set[str]] = {}
    for path in sorted(Path(idbridge.signatures.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        passed_on = dict(_passing_on(tree))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for code, detail in _made(call, passed_on):
                found.setdefault(code, set()).add(detail)
    return found


def _passing_on(tree: ast.AST) -> Iterator[tuple[str, tuple[list[str], ast.Call]]]:
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        parameters = [argument.arg for argument in function.args.args]
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if _name(call) == "Fault" and {one.id for one in ast.walk(call.args[0]) if isinstance(one, ast.Name)} & {
                *parameters
            }:
                yield function.name, (parameters, call)


def _made(call: ast.Call, passed_on: Functions) -> Iterator[tuple[str, str]]:
    name = _name(call)
    if name == "Fault" and isinstance(call.args[0], ast.Constant):
        yield _text(call.args[0], {}), _text(call.args[1], {})
    elif name in passed_on:
        parameters, made = passed_on[name]
        given = dict(zip(parameters, call.args, strict=False))
        yield _text(made.args[0], given), _text(made.args[1], given)
    else:
        assert name != "Fault" or any(made is call for _, made in passed_on.values()), ast.unparse(call)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _text(node: ast.expr, given: dict[str, ast.expr]) -> str:
    """Return what an expression is, as far as the source says it."""
    match node:
        case ast.Constant():
            return str(node.value)
        case ast.JoinedStr():
            return "".join(_text(value, given) for value in node.values)
        case ast.FormattedValue(conversion=114):
            return f"'{_text(node.value, given)}'"
        case ast.FormattedValue():
            return _text(node.value, given)
        case ast.Name() if node.id in given:
            return _text(given[node.id], {})
        case _:
            return PLACE
