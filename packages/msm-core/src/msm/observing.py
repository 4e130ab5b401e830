"""What a runtime reads of time-indexed models: intervals, and the last observations."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import Any, overload

from sqlalchemy import ColumnElement

from msm.base import MarketsTimeIndexMetaTable
from msm.operations.attached import Attached
from msm.operations.compile import Statement
from msm.operations.execute import read_parts
from msm.rows.arguments import ColumnNames, model_of
from msm.rows.lookups import last_times
from msm.timeseries import Observations, between_statement, latest_parts
from msm.values.moments import Moment

__all__ = ["ReadsObservations"]


class ReadsObservations(ABC):
    """The part of :class:`msm.MarketsRuntime` that is about time-indexed models."""

    __slots__ = ()

    @abstractmethod
    def _attached(self) -> Attached: ...

    @overload
    def between[M: MarketsTimeIndexMetaTable](
        self,
        model: type[M],
        start: Moment | None,
        end: Moment | None,
        *criteria: ColumnElement[bool],
        columns: None = None,
    ) -> Observations[M]: ...
    @overload
    def between(
        self,
        model: type[MarketsTimeIndexMetaTable],
        start: Moment | None,
        end: Moment | None,
        *criteria: ColumnElement[bool],
        columns: ColumnNames,
    ) -> Observations[*tuple[Any, ...]]: ...
    def between(
        self,
        model: type[MarketsTimeIndexMetaTable],
        start: Moment | None,
        end: Moment | None,
        *criteria: ColumnElement[bool],
        columns: ColumnNames | None = None,
    ) -> Observations[*tuple[Any, ...]]:
        """Read the observations from ``start`` until just before ``end``.

        Args:
            model: an attached time-indexed model, or its table.
            start: the first time: an aware datetime, also of pandas; a ``date``, also of numpy,
                which is its midnight in UTC; or the ISO text of one of them. None for no start.
            end: the time before which the interval ends, in the same forms. None for no end.
            criteria: further conditions, as for SQLAlchemy's ``where()``.
            columns: the columns to read beside the time index and the identity dimensions, as
                names or attributes. When None, an observation is an instance of the model.

        Returns:
            The observations by time, then by identity dimensions; ``scalars()`` of it are the
            instances.

        Raises:
            StatementError: the model has no time index, a datetime has no time zone, or the
                interval ends before it starts.
            NotAttachedError, PlatformError: as :meth:`execute`.
        """
        return self._observations(model, between_statement(model, start, end, criteria, columns))

    @overload
    def latest[M: MarketsTimeIndexMetaTable](
        self,
        model: type[M],
        *criteria: ColumnElement[bool],
        as_of: Moment | None = None,
        per: ColumnNames | None = None,
        columns: None = None,
    ) -> Observations[M]: ...
    @overload
    def latest(
        self,
        model: type[MarketsTimeIndexMetaTable],
        *criteria: ColumnElement[bool],
        as_of: Moment | None = None,
        per: ColumnNames | None = None,
        columns: ColumnNames,
    ) -> Observations[*tuple[Any, ...]]: ...
    def latest(
        self,
        model: type[MarketsTimeIndexMetaTable],
        *criteria: ColumnElement[bool],
        as_of: Moment | None = None,
        per: ColumnNames | None = None,
        columns: ColumnNames | None = None,
    ) -> Observations[*tuple[Any, ...]]:
        """Read the last observation of each identity.

        Args:
            model: an attached time-indexed model.
            criteria: conditions on the observations looked at, as for SQLAlchemy's ``where()``.
            as_of: observations after this time are ignored; as ``start`` of :meth:`between`, or
                None for all.
            per: the identity dimensions to take the last time of, as names or attributes; all
                when None. With fewer, every observation at that time is returned.
                ``per=[WeightsTS.portfolio_identifier]`` gives the last weights of each portfolio,
                without assets that it held only before. ``per=[]`` gives the observations at the
                last time in the table.
            columns: as for :meth:`between`.

        Returns:
            The observations by identity dimensions; ``scalars()`` of it are the instances.

        Raises:
            StatementError: the model has no time index, ``as_of`` has no time zone, or ``per``
                names no identity dimension.
            NotAttachedError, PlatformError: as :meth:`execute`.
        """
        # An answer that is full would be read again from its start, in pages.
        most = self._attached().limits.max_rows - 1
        parts = latest_parts(model, as_of, per, criteria, columns, most)
        return self._observations(model, *parts)

    def last_times(
        self,
        model: type[MarketsTimeIndexMetaTable],
        identities: Iterable[Any],
        *,
        default: Moment | None = None,
    ) -> dict[Any, datetime | None]:
        """Find the last time of many identities, from which an incremental job goes on.

        Args:
            model: an attached time-indexed model with identity dimensions.
            identities: values of the identity dimension; tuples of them where it has several.
            default: the time of an identity without observations, as ``start`` of :meth:`between`.

        Returns:
            The last time of each identity, in the order in which they were given; ``default`` where
            it has no observation.

        Raises:
            InvalidRowsError: an identity is of the wrong type.
            StatementError, PlatformError: as :meth:`between`.
        """
        return last_times(model_of(model), identities, default, self._attached())

    def _observations(
        self, model: type[MarketsTimeIndexMetaTable], *statements: Statement
    ) -> Observations[*tuple[Any, ...]]:
        index = [column.name for column in model_of(model).__mapper__.primary_key]
        return Observations(read_parts(statements, self._attached()), index)
