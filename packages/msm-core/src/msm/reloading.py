"""Models that are defined again: by importlib.reload, in a notebook, or when Streamlit reruns."""

import sys
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import ClassManager, registry
from sqlalchemy.orm.instrumentation import manager_of_class

__all__ = ["forget_model", "is_defined_again"]

# What Python 3.13 puts into a class of a class statement.
LINE = "__firstlineno__"


def is_defined_again(cls: type, known: type) -> bool:
    """Whether a class is a newer version of a known one, and not a second one of its name.

    Args:
        cls: the class that is being created.
        known: the class that has its table.
    """
    lines = [vars(each).get(LINE) for each in (cls, known)]
    names = {(each.__module__, each.__qualname__) for each in (cls, known)}
    if len(names) > 1 or None in lines or "<locals>" in cls.__qualname__:
        return False
    module = sys.modules[cls.__module__]
    # Streamlit runs a script in a new module each time.
    if lines[0] == lines[1] or vars(module).get(cls.__qualname__) is not known:
        return True
    # In a file that runs for the first time, the second class of a name is a mistake.
    spec = module.__spec__
    if spec is None:
        return "__file__" not in vars(module)
    return not vars(spec).get("_initializing")


def forget_model(model: type, table: Table, models: registry) -> None:
    """Let SQLAlchemy forget a model and its table, so that both can be defined again.

    Args:
        model: the class.
        table: its table.
        models: the registry of its base.
    """
    table.metadata.remove(table)
    manager: ClassManager[Any] = manager_of_class(model)
    # SQLAlchemy has no public way to forget one class of a registry.
    models._dispose_manager_and_mapper(manager)  # noqa: SLF001 - see above
    models._managers.pop(manager)  # noqa: SLF001 - see above
