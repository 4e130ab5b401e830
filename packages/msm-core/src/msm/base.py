"""The declarative bases of every markets table.

A model derives from :class:`MarketsMetaTable` (a relational MetaTable) or from
:class:`MarketsTimeIndexMetaTable` (a time-indexed one), and states only a docstring, its columns
and its constraints. Table name, model identifier, namespace, description,
labels and column contract follow from the class. A downstream project sets its own application
segment once, on an abstract base::

    class AcmeMetaTable(MarketsMetaTable):
        __abstract__ = True
        __application__ = "acme"

    class Quote(AcmeMetaTable):  # the table acme__quote
        \"\"\"One quote of one asset.\"\"\"

Tables that were there before msm keep their names: an abstract base with ``__explicit_names__``
lets its models state them.
"""

import difflib
import inspect
from collections.abc import Sequence
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Identity,
    MetaData,
    Table,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.exc import MappedAnnotationError
from sqlalchemy.types import TypeEngine

from msm.column_types import ANNOTATIONS, write_enumerations
from msm.definition import docstring_of, labels_of, refuse_text_targets, refuse_wrong_table
from msm.errors import ModelDefinitionError
from msm.reloading import forget_model, is_defined_again
from msm.sdk import (
    PlatformManagedMetaTable,
    PlatformTimeIndexMetaTable,
    schema_table_name,
    sqlalchemy_naming_convention,
    sqlalchemy_type_to_token,
)
from msm.settings import settings
from msm.storage_layout import authored_layout, layout_with_index, partition_option
from msm.values.decorated import is_decorated, plain_type
from msm.values.dialect import PLAIN

__all__ = ["MarketsBase", "MarketsMetaTable", "MarketsModel", "MarketsTimeIndexMetaTable"]

# Settings that have no meaning for a relational table.
TIME_SETTINGS = frozenset(
    {
        "__cadence__",
        "__identity_dimensions__",
        "__partitioned__",
        "__storage_layout__",
        "__time_index_name__",
    }
)

# What an author may set in a class body. Any other dunder name is a typing error, which SQLAlchemy
# would ignore silently (__tableargs__), or a name that is derived here.
AUTHOR_SETTINGS = TIME_SETTINGS | {
    "__abstract__",
    "__application__",
    "__concept__",
    "__explicit_names__",
    "__mapper_args__",
    "__metatable_protect_from_deletion__",
    "__table_args__",
}

# What it may set besides where the class, or a base of it, sets __explicit_names__.
EXPLICIT_NAMES = {"__metatable_identifier__", "__metatable_namespace__", "__tablename__"}

# The class of each table. Not kept in Table.info, which Alembic would render into create_table, and
# not looked up in the mapper registry, which raises while a refused class is still alive.
_owners: "WeakKeyDictionary[Table, type[MarketsModel]]" = WeakKeyDictionary()


class _Bare:
    """Shows which names Python itself puts into a class body."""


PYTHON_NAMES = {*dir(_Bare), *vars(_Bare), "__annotate_func__", "__annotations__", "__table_cls__"}


class MarketsBase(DeclarativeBase):
    """The one declarative base: its metadata holds every table of every package."""

    # The SDK's convention names every key, index and constraint, also an Index(None, ...), and
    # shortens names to PostgreSQL's 63 bytes in the same way everywhere.
    metadata = MetaData(naming_convention=sqlalchemy_naming_convention())
    type_annotation_map: ClassVar[dict[Any, Any]] = dict(ANNOTATIONS)

    @classmethod
    def models(cls) -> list[type["MarketsModel"]]:
        """Every model of every package that has a table on the metadata."""
        return [_owners[table] for table in cls.metadata.tables.values()]

    @classmethod
    def model_of(cls, table: str) -> type["MarketsModel"] | None:
        """The model of a physical table, by the table's name; None where there is none."""
        found = cls.metadata.tables.get(table)
        return None if found is None else _owners[found]


def _refuse_unknown_settings(cls: type["MarketsModel"]) -> None:
    allowed = EXPLICIT_NAMES if cls.__explicit_names__ else ()
    for name in vars(cls):
        if not (name.startswith("__") and name.endswith("__")) or name in allowed:
            continue
        if name == "__tablename__":
            raise ModelDefinitionError(
                cls, "names its table by hand; remove __tablename__, or set __concept__."
            )
        if name not in AUTHOR_SETTINGS and name not in PYTHON_NAMES:
            close = difflib.get_close_matches(name, AUTHOR_SETTINGS, n=1, cutoff=0.7)
            known = close[0] if close else f"one of {', '.join(sorted(AUTHOR_SETTINGS))}"
            raise ModelDefinitionError(
                cls, f"sets {name}, which is not a known setting; did you mean {known}?"
            )
        if name in TIME_SETTINGS and not issubclass(cls, PlatformTimeIndexMetaTable):
            raise ModelDefinitionError(
                cls,
                f"sets {name}, which a table without a time index does not have; remove it, or "
                "derive the class from MarketsTimeIndexMetaTable.",
            )


def _refuse_taken_table(cls: type, table: str) -> None:
    if table in MarketsBase.metadata.tables:
        taken = _owners[MarketsBase.metadata.tables[table]]
        if is_defined_again(cls, taken):
            forget_model(taken, MarketsBase.metadata.tables[table], MarketsBase.registry)
            return
        raise ModelDefinitionError(
            cls,
            f"would have the table {table}, which belongs to "
            f"{taken.__module__}.{taken.__qualname__}; rename the class, or set __concept__ or "
            "__application__.",
        )


def _description(cls: type) -> str:
    docstring = docstring_of(cls)
    if docstring is None or not docstring.strip():
        raise ModelDefinitionError(
            cls,
            "has no docstring; say in one sentence what a row is: it becomes the table's comment.",
        )
    return inspect.cleandoc(docstring)


def _first_sentence(error: ArgumentError) -> str:
    """SQLAlchemy's message, without the background and the link that follow it."""
    return str(error.args[0]).partition(". ")[0].rstrip(".")


def _prepare_table(
    cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Column[Any]]:
    """Check the schema and write each column's meaning into the MetaTable contract."""
    if (schema := kwargs.get("schema")) is not None:
        # Before the SDK sees it, which turns "public" into None silently.
        raise ModelDefinitionError(
            cls,
            f'sets schema="{schema}"; remove it: every table is in public, and with a schema name '
            "Alembic drops and recreates unchanged foreign keys.",
        )
    refuse_text_targets(cls, args[1], args[2:])
    if any(isinstance(item, CheckConstraint) and item.name is None for item in args[2:]):
        raise ModelDefinitionError(
            cls,
            'has a CHECK without a name; give it a short token, such as name="mic_length": the '
            "full name is made of it.",
        )
    kwargs["comment"] = _description(cls)
    columns = {item.name: item for item in args[2:] if isinstance(item, Column)}
    write_enumerations(columns.values())
    for column in columns.values():
        column.info["label"] = column.name.replace("_", " ").title()
        if column.comment is not None:
            column.info["description"] = column.comment
    return columns


def _refuse_shared_names(cls: type, table: Table) -> None:
    parts: list[Any] = sorted([*table.constraints, *table.indexes], key=_part)
    named: dict[str, Any] = {}
    for part in parts:
        taken = named.setdefault(part.name, part)
        if taken is not part:
            # Removed, so that the class can be defined again after it has been fixed.
            table.metadata.remove(table)
            raise ModelDefinitionError(
                cls,
                f"gives the name {part.name} to {_part(taken)} and to {_part(part)}; rename one, "
                "or remove it if both are the same.",
            )


def _part(part: Any) -> str:
    """A constraint or an index in readable form, such as ``CHECK (price > 0)``."""
    if isinstance(part, CheckConstraint):
        return f"CHECK ({part.sqltext})"
    return f"{type(part).__name__} ({', '.join(column.name for column in part.columns)})"


def _correct_type(described: Any, kind: TypeEngine[Any]) -> None:
    """Write the type of a column into its part of the contract."""
    # The SDK knows a TypeDecorator by what SQLite would have for it. A platform refuses the
    # brackets of an array, for which the SDK has one word.
    token = sqlalchemy_type_to_token(kind)
    backend_type = token if isinstance(kind, ARRAY) else kind.compile(PLAIN)
    if isinstance(described, dict):
        described |= {"data_type": token, "backend_type": backend_type}
    else:
        described.data_type, described.backend_type = token, backend_type


# The SDK ships no types, so its classes are Any to a type checker.
class MarketsModel(PlatformManagedMetaTable, MarketsBase):  # type: ignore[misc]
    """The common base of all markets models: names follow from the class.

    Annotate a function that takes relational and time-indexed models with ``type[MarketsModel]``.
    """

    __abstract__ = True

    __application__: ClassVar[str] = "ms_markets"
    __concept__: ClassVar[str]
    __explicit_names__: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        _refuse_unknown_settings(cls)
        # Names are set before SQLAlchemy maps the class, which happens in super().
        if "__abstract__" not in cls.__dict__:
            concept = cls.__dict__.get("__concept__", cls.__name__)
            derived = str(schema_table_name(cls.__application__, concept, settings.table_suffix))
            table = vars(cls).get("__tablename__", derived)
            _refuse_taken_table(cls, table)
            cls._derive(table)
        try:
            super().__init_subclass__(**kwargs)
        except MappedAnnotationError as error:
            raise ModelDefinitionError(
                cls,
                f"cannot be mapped: {_first_sentence(error)}; annotate a column as Mapped[...] of "
                "a plain type, or of one of msm.types.",
            ) from error
        except ArgumentError as error:
            raise ModelDefinitionError(
                cls, f"cannot be mapped: {_first_sentence(error)}."
            ) from error

    @classmethod
    def _derive(cls, table: str) -> None:
        cls.__tablename__ = table
        stated = vars(cls).get("__metatable_identifier__")
        cls.__metatable_identifier__ = stated or cls.__name__
        cls.__catalog_identifier__ = stated or table
        cls.__metatable_description__ = _description(cls)
        cls.__metatable_labels__ = labels_of(cls)

    @classmethod
    def build_registration_request(cls, **options: Any) -> Any:
        """What the SDK enters into the catalog, by the name of the table.

        Every table of a platform has an identifier of its own, and so has every namespace of ours.
        A model with an explicit identifier is entered by that.
        """
        request = super().build_registration_request(
            **options | {"identifier": cls.__catalog_identifier__}
        )
        contract = request.table_contract
        # Of a time-indexed table it is a dictionary.
        columns = contract["columns"] if isinstance(contract, dict) else contract.columns
        for described, column in zip(columns, cls.__table__.columns, strict=True):
            if is_decorated(column.type):
                _correct_type(described, plain_type(column.type, PLAIN))
        return request

    __tablename__: str
    __metatable_identifier__: ClassVar[str]
    __metatable_namespace__: ClassVar[str] = settings.namespace
    __catalog_identifier__: ClassVar[str]
    __metatable_description__: ClassVar[str | None]
    __metatable_labels__: ClassVar[Sequence[str] | None]


class MarketsMetaTable(MarketsModel):
    """Base of relational MetaTables: rows with a primary key.

    Class attributes an author may set:
        __application__: first segment of the table name; ``ms_markets`` for ours.
        __concept__: the concept segment of the table name, if it is not the class name.
        __explicit_names__: True on an abstract base, so that models of it may set __tablename__,
            __metatable_identifier__ and __metatable_namespace__, as those of existing tables.

    Raises:
        ModelDefinitionError: while a class is created; it names the class and what is wrong.
    """

    __abstract__ = True

    @classmethod
    def __table_cls__(cls, *args: Any, **kwargs: Any) -> Table:
        """Build the table; SQLAlchemy calls this with the name, the metadata and the columns."""
        # On the two concrete bases, because SQLAlchemy never reaches it on MarketsBase.
        columns = _prepare_table(cls, args, kwargs)
        if not any(column.primary_key for column in columns.values()):
            raise ModelDefinitionError(
                cls,
                "has no primary key; add `uid: Mapped[UuidKey]`, or mark a column as primary_key.",
            )
        table: Table = super().__table_cls__(*args, **kwargs)
        key = table.autoincrement_column
        if key is not None and key.server_default is None:
            # It would be SERIAL, whose sequence a platform may give no right to.
            Identity()._set_parent(key)  # noqa: SLF001 - a column takes it only when it is made
        _refuse_shared_names(cls, table)
        refuse_wrong_table(cls, table)
        _owners[table] = cls
        return table


class MarketsTimeIndexMetaTable(MarketsModel, PlatformTimeIndexMetaTable):  # type: ignore[misc]
    """Base of time-indexed MetaTables: one observation for each time and identity.

    Such a table has no primary key. The SDK creates a unique index over the time index and the
    identity dimensions: together they identify an observation.

    Class attributes an author may set, besides those of :class:`MarketsMetaTable`:
        __time_index_name__: the time column; ``time_index`` unless set.
        __identity_dimensions__: the columns that identify an observation with the time index.
        __cadence__: the declared spacing of observations, such as ``1d``; None if irregular.
        __storage_layout__: the keys that differ from the storage layout that is derived; its index
            is the one by identity dimensions and time, if the table has that.
        __partitioned__: True for a table that PostgreSQL splits by range of its time.

    Raises:
        ModelDefinitionError: while a class is created; it names the class and what is wrong.
    """

    __abstract__ = True
    __time_index_name__: ClassVar[str] = "time_index"
    __identity_dimensions__: ClassVar[tuple[str, ...]] = ()
    __index_names__: ClassVar[list[str]]
    __storage_layout__: ClassVar[dict[str, Any] | None] = None
    __partitioned__: ClassVar[bool] = False

    @classmethod
    def _derive(cls, table: str) -> None:
        super()._derive(table)
        # A text is a sequence of letters: each letter would be taken for a dimension.
        if isinstance(text := cls.__dict__.get("__identity_dimensions__"), str):
            raise ModelDefinitionError(
                cls,
                f"sets __identity_dimensions__ to the text {text!r}; write a tuple, ({text!r},).",
            )
        # The SDK builds the mapper's key and the unique index from these.
        cls.__index_names__ = [cls.__time_index_name__, *cls.__identity_dimensions__]
        authored = cls.__dict__.get("__storage_layout__")
        cls.__storage_layout__ = authored_layout(cls, cls.__index_names__, authored)

    @classmethod
    def __table_cls__(cls, *args: Any, **kwargs: Any) -> Table:
        """Build the table; SQLAlchemy calls this with the name, the metadata and the columns."""
        columns = _prepare_table(cls, args, kwargs)
        missing = [name for name in cls.__index_names__ if name not in columns]
        if missing:
            raise ModelDefinitionError(
                cls,
                f"is indexed by {', '.join(map(repr, missing))}, but has no such column; add the "
                "column, or correct __time_index_name__ or __identity_dimensions__.",
            )
        time_index = cls.__time_index_name__
        kwargs |= partition_option(cls, cls.__tablename__, time_index, cls.__partitioned__)
        try:
            table: Table = super().__table_cls__(*args, **kwargs)
        except ValueError as error:
            raise ModelDefinitionError(cls, f"has no usable time index: {error}") from error
        _refuse_shared_names(cls, table)
        refuse_wrong_table(cls, table, time_index)
        if cls.__storage_layout__ is None:
            cls.__storage_layout__ = layout_with_index(table, cls.__index_names__)
        _owners[table] = cls
        return table
