"""What a rule is."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..history import Revision
from ..recorder import Location

__all__ = ["Fault", "Rule", "location_of_function", "rule"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One breach of a rule.

    Attributes:
        location: the line that has to change.
        why: what is wrong there, as a sentence.
        to_do: what the author should do here, where the rule's own sentence is too general.
        lines: of a revision, that the author can copy.
    """

    location: Location
    why: str
    to_do: str = ""
    lines: tuple[str, ...] = ()


type Check = Callable[[Revision], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse a revision.

    Attributes:
        name: in kebab case. Revisions and programs use it, so it does not change.
        to_do: what the author should do, as a sentence.
        check: finds the breaches in a revision.
    """

    name: str
    to_do: str
    check: Check


def rule(name: str, *, to_do: str) -> Callable[[Check], Rule]:
    """Make a rule of a function that yields faults."""
    return lambda check: Rule(name, to_do, check)


def location_of_function(revision: Revision, name: str) -> Location:
    """Where a module-level function begins; line 1 if there is none."""
    lines = [
        node.lineno
        for node in revision.tree.body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return Location(revision.path, lines[0] if lines else 1)
