"""The portfolio event ledger: every change of a portfolio, with its cause and its evidence."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset, Portfolio
from msm.models.descriptions import PORTFOLIO_IDENTIFIER
from msm.types import BigInt, Str32, Str64, Str255, TextStr


class PortfolioEventLedgerTS(MarketsTimeIndexMetaTable):
    """One record of one revision of an event in a portfolio's ledger."""

    __identity_dimensions__ = (
        "portfolio_identifier",
        "event_identifier",
        "event_revision",
        "record_identifier",
    )
    # The derived name of this index would be too long.
    __storage_layout__ = {  # noqa: RUF012
        "secondary_indexes": [
            {
                "name": "portfolio_event_ledger_identity",
                "columns": [*__identity_dimensions__, "time_index"],
            }
        ]
    }

    time_index: Mapped[datetime.datetime] = mapped_column(comment="Instant of the event.")
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT"), comment=PORTFOLIO_IDENTIFIER
    )
    event_identifier: Mapped[Str64] = mapped_column(comment="Stays the same in every revision.")
    event_revision: Mapped[Str64] = mapped_column(
        comment="Which statement of the event this is; a correction is a revision of its own."
    )
    record_identifier: Mapped[Str64] = mapped_column(
        comment="Tells the records of one event revision apart."
    )
    observed_at: Mapped[datetime.datetime] = mapped_column(
        comment="When the event became known, which may be after it happened."
    )
    event_type: Mapped[Str64] = mapped_column(
        comment="Kind of event, such as a dividend; the database enforces no set of values."
    )
    event_status: Mapped[Str32] = mapped_column(
        comment="Any text; the database enforces no set of values."
    )
    phase: Mapped[Str32] = mapped_column(
        comment="Stage that the event is processed in; no set of values is enforced."
    )
    event_sequence: Mapped[BigInt] = mapped_column(
        comment="Rank of the event among others of its portfolio; a lower one comes first."
    )
    record_sequence: Mapped[BigInt] = mapped_column(
        comment="Rank of the record within its event revision; a lower one comes first."
    )
    event_record_count: Mapped[int] = mapped_column(
        comment="Number of records of the revision, which shows whether all are there."
    )
    event_digest: Mapped[Str64] = mapped_column(
        comment="Hash of the event's content; equal where two copies of it agree."
    )
    source_identifier: Mapped[Str255] = mapped_column(comment="Where the event was learned from.")
    source_revision: Mapped[Str255] = mapped_column(
        comment="Version of the event at its source, which source_identifier names."
    )
    model_identifier: Mapped[Str255] = mapped_column(
        comment="Model that made the records, as text; no table lists the models."
    )
    model_version: Mapped[Str64] = mapped_column(
        comment="Version of the model that made the records."
    )
    supersedes_event_revision: Mapped[Str64 | None] = mapped_column(
        comment="Revision of the same event that this one replaces; NULL where it replaces none."
    )
    causal_event_identifiers: Mapped[TextStr | None] = mapped_column(
        comment="Events that caused this one, serialized as text; NULL where none are recorded."
    )
    input_state_identifier: Mapped[Str64] = mapped_column(
        comment="Ledger state that the event was applied to."
    )
    ledger_state_identifier: Mapped[Str64] = mapped_column(
        comment="Ledger state that the record is part of, as in PortfolioStateTS."
    )
    terms_version: Mapped[Str255 | None] = mapped_column(
        comment="Version of the terms that the event follows; NULL where not recorded."
    )
    valuation_references: Mapped[TextStr] = mapped_column(
        comment="What the valuations rest on, serialized as text."
    )
    record_kind: Mapped[Str32] = mapped_column(
        comment="Kind of record, such as a change of quantity; no set of values is enforced."
    )
    position_identifier: Mapped[Str255 | None] = mapped_column(
        comment="Position that the record concerns, as text; NULL where it concerns none."
    )
    obligation_identifier: Mapped[Str255 | None] = mapped_column(
        comment="Obligation that the record concerns, as text; NULL where it concerns none."
    )
    state_identifier: Mapped[Str255 | None] = mapped_column(
        comment="Item of state that the record concerns, as in PortfolioStateTS; not enforced."
    )
    asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Business key of the asset: its unique_identifier, not its uid; NULL for none.",
    )
    balance_role: Mapped[Str64 | None] = mapped_column(
        comment="Which of the asset's balances is meant."
    )
    quantity_delta: Mapped[float | None] = mapped_column(
        comment="Change of the quantity, in quantity_unit; an increase is positive."
    )
    quantity_unit: Mapped[Str64 | None] = mapped_column(
        comment="Unit that quantity_delta counts; NULL where there is no quantity."
    )
    amount_delta: Mapped[float | None] = mapped_column(
        comment="Change of the amount, in amount_asset_identifier; an increase is positive."
    )
    amount_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Business key of the asset that amount_delta is in; NULL without an amount.",
    )
    price: Mapped[float | None] = mapped_column(comment="In price_asset_identifier.")
    price_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Business key of the asset that price is in; NULL without a price.",
    )
    eligible_quantity: Mapped[float | None] = mapped_column(
        comment="Quantity that the event applies to, such as a holding entitled to a dividend."
    )
    recognized_pnl: Mapped[float | None] = mapped_column(
        comment="Profit or loss that the record recognizes; a loss is negative."
    )
    nav_before: Mapped[float | None] = mapped_column(
        comment="Net asset value before the event, in valuation_asset_identifier."
    )
    nav_after: Mapped[float | None] = mapped_column(
        comment="Net asset value after the event, in valuation_asset_identifier."
    )
    valuation_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment=(
            "Business key of the asset that nav_before and nav_after are in; NULL without them."
        ),
    )
    state_schema_version: Mapped[int | None] = mapped_column(
        comment="Version of the layout of the portfolio's state; NULL where not recorded."
    )
    extension_payload: Mapped[TextStr | None] = mapped_column(
        comment="What the columns have no place for, serialized as text."
    )

    # Not a unique key: on a hypertable it would have to contain the time. That a record exists at
    # one time only is up to those who write it; docs/schema.md says how to find others.
    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
