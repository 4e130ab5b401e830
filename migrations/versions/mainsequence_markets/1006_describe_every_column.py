"""Describe every column.

Revision ID: 1006
Revises: 1005
Create Date: 2026-11-28 23:41:40.782661

The catalog and the schema pages live from the comments of columns, and half of the columns had none.
Now each has one. A few of those that 1004 wrote said no more than the names, and say more now.

A revision is literal: no import of msm packages, no look at the live database, no schema="public".
It must work while the previous release still runs.
"""

from alembic import op

revision: str = "1006"
down_revision: str | None = "1005"
branch_labels: str | None = None
depends_on: str | None = None

COLUMN_COMMENTS: dict[str, dict[str, str]] = {
    "ms_markets__account": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "account_name": "Name to show to people, not necessarily unique.",
        "account_is_active": "True where the account is in use; false unless set otherwise.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__accountallocationmodel": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "allocation_model_description": (
            "Explanation for people, in free text; NULL where none is written."
        ),
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__accountgroup": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "group_description": "Explanation for people, in free text; NULL where none is written.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__accountholdingsset": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "account_uid": "Account that held the assets; one set for each account and instant.",
        "time_index": "Instant of the snapshot, in UTC when read through msm.",
    },
    "ms_markets__accountholdingsts": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "account_uid": "Account that held the asset, here by its uid and not by its business key.",
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "holdings_set_uid": (
            "Snapshot that the position is part of; deleting it deletes the position."
        ),
        "extra_details": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__accounttargetallocation": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "account_uid": "Account that is assigned; the database allows it several assignments.",
        "account_allocation_model_uid": (
            "Plan that the account follows; a plan in use cannot be deleted."
        ),
        "display_name": "Name to show to people, not necessarily unique; NULL where none is set.",
        "is_active": "True while the assignment is in use; an account may have several in use.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__asset": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
    },
    "ms_markets__assetcategory": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique.",
        "description": "Explanation for people, in free text; NULL where none is written.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__assetcategorymembership": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "category_uid": "Category that the asset is in; the database allows each pair only once.",
        "asset_uid": "Asset that is a member; it may be in several categories.",
    },
    "ms_markets__assetcurrentpricingdetails": {
        "asset_uid": (
            "Asset that the instrument describes; the details have the key of their asset."
        ),
        "instrument_type": (
            "Kind of instrument in instrument_dump; the database enforces no set of values."
        ),
        "serialization_format": (
            "Format that the dump is decoded by; the database enforces no set of values."
        ),
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__assetpricingdetailsts": {
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "instrument_type": (
            "Kind of instrument in instrument_dump; the database enforces no set of values."
        ),
        "serialization_format": (
            "Format that the dump is decoded by; the database enforces no set of values."
        ),
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__assetsnapshotsts": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "name": "Name that the asset had at time_index; NULL where not recorded.",
        "ticker": "Trading symbol that the asset had at time_index; NULL where not recorded.",
    },
    "ms_markets__assettype": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique; NULL where none is set.",
        "description": "Explanation for people, in free text; NULL where none is written.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__bondassetdetails": {
        "issuer_uid": "Issuer that owes the payments, such as a company or a government.",
        "issue_date": "Date of issue; interest may start to accrue on another date.",
    },
    "ms_markets__calendar": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__calendardate": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "calendar_uid": "Calendar that lists the date; local_date is in its timezone.",
        "is_business_day": "True where the market or office is open for all or part of the day.",
        "is_holiday": (
            "True for a holiday, also one without holiday_name; is_weekend marks weekends."
        ),
        "is_weekend": "True for a day of the weekend, as the writer counts it; not checked.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__calendarevent": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "calendar_uid": "Calendar that lists the event; deleting it deletes the event.",
        "event_date": "Day of the event; where it is NULL, the unique index allows duplicates.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__calendarsession": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "calendar_uid": "Calendar that lists the session; the session has a timezone of its own.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__curve": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique.",
        "curve_type": "Kind of curve, such as discount; the database enforces no set of values.",
        "interpolation_method": (
            "How values between nodes are found, such as log_linear; NULL where not recorded."
        ),
        "compounding": "How the rates compound, such as continuous; NULL where not recorded.",
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__curvebuildingdetails": {
        "curve_uid": "Curve that is built; the details have the key of their curve.",
        "builder_type": (
            "Kind of builder that turns quotes into nodes; no set of values is enforced."
        ),
        "interpolation_method": (
            "How values between nodes are found, such as log_linear; any text is accepted."
        ),
        "compounding": "How the rates compound, such as continuous; no set of values is enforced.",
        "extrapolation_policy": (
            "How values beyond the nodes are found or refused; no set of values is enforced."
        ),
        "bootstrap_method": "How the nodes are solved from the quotes; NULL where not recorded.",
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__discountcurvests": {
        "time_index": "Instant of the observation, in UTC when read through msm; curves are daily.",
        "curve_identifier": "Business key of the curve: its unique_identifier, not its uid.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__externalpricests": {
        "time_index": "Instant of the observation, in UTC when read through msm; bars are daily.",
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "open": "First price of the bar, as the source quotes it; NULL where not recorded.",
        "high": "Highest price of the bar, as the source quotes it; NULL where not recorded.",
        "low": "Lowest price of the bar, as the source quotes it; NULL where not recorded.",
        "close": "Last price of the bar, as the source quotes it; NULL where not recorded.",
        "volume": "Quantity traded in the bar, as the source counts it; NULL where not recorded.",
        "trade_count": "Number of trades in the bar, stored as FLOAT; NULL where not recorded.",
    },
    "ms_markets__futureassetdetails": {
        "underlying_index_uid": "Index that the contract is written on; every future has one.",
        "settles_at": "Instant of final settlement, which may be after expires_at; NULL for none.",
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__index": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique.",
        "description": "Explanation for people, in free text; NULL where none is written.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__indexconventiondetails": {
        "index_uid": "Index that follows the conventions; they have the key of their index.",
        "index_family": (
            "Group of the index, such as all tenors of one rate; no set of values is enforced."
        ),
        "serialization_format": (
            "Format that the dump is decoded by; the database enforces no set of values."
        ),
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__indexdatasetavailability": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "index_uid": (
            "Index that the dataset may hold values of; one row for each index and dataset."
        ),
    },
    "ms_markets__indexfixingsts": {
        "index_identifier": "Business key of the index: its unique_identifier, not its uid.",
    },
    "ms_markets__indexformuladefinition": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "index_uid": "Index that the formula computes, one version of it in each row.",
        "valid_from": "Instant from which the definition applies; always before valid_to.",
        "alignment_parameters_json": (
            "Parameters of alignment_policy, as a JSON object; NULL for none."
        ),
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__indexformulainput": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "definition_uid": (
            "Formula definition that reads the series; deleting it deletes the input."
        ),
    },
    "ms_markets__indextype": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique; NULL where none is set.",
        "description": "Explanation for people, in free text; NULL where none is written.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__indexvaluests": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "index_identifier": "Business key of the index: its unique_identifier, not its uid.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__issuer": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__openfigiassetdetails": {
        "asset_uid": "Asset that OpenFIGI describes; the details have the key of their asset.",
        "ticker": "Trading symbol in the notation of OpenFIGI; NULL where it gives none.",
        "name": "As OpenFIGI writes it, often the name of the issuer; NULL where it gives none.",
        "security_type": (
            "First classification of OpenFIGI, such as Common Stock; NULL where it gives none."
        ),
        "security_description": (
            "Short text of OpenFIGI, such as a ticker; NULL where it gives none."
        ),
    },
    "ms_markets__ordereventsts": {
        "event_time": (
            "Instant of the event, in UTC when read through msm; unique within its order."
        ),
        "event_metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__ordermanager": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "target_account_uid": "Account that the orders of the run are for.",
        "order_received_time": (
            "Instant at which the run received what to trade; NULL where not recorded."
        ),
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__ordersts": {
        "order_time": "Instant of the order, in UTC when read through msm; part of the identity.",
        "account_identifier": "Business key of the account: its unique_identifier, not its uid.",
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "filled_price": "Price of one unit of filled_quantity; NULL where not recorded.",
        "expires_time": "Instant at which an unfilled order expires; NULL where none is set.",
        "comments": "Remarks for people, in free text; NULL where none is written.",
        "venue_metadata": (
            "Attributes from the venue, as a JSON object with no fixed keys; NULL for none."
        ),
    },
    "ms_markets__portfolio": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "calendar_uid": "Calendar whose sessions the portfolio follows.",
    },
    "ms_markets__portfolioanalyticsts": {
        "time_index": "Instant of the result, in UTC when read through msm.",
        "portfolio_identifier": (
            "Business key of the portfolio: its unique_identifier, not its uid."
        ),
        "analysis_identifier": "Key of the analysis, as text; no table lists the analyses.",
        "period_start": "Instant from which the result is measured.",
        "period_end": "Instant up to which the result is measured.",
    },
    "ms_markets__portfoliocalendareventsts": {
        "calendar_identifier": "Business key of the calendar: its unique_identifier, not its uid.",
        "session_label": (
            "Tells the sessions of one date apart, as in CalendarSession; not enforced."
        ),
        "event_type": "Kind of event, such as opening; the database enforces no set of values.",
    },
    "ms_markets__portfoliocashflowsts": {
        "time_index": "Instant of the cash flow, in UTC when read through msm.",
        "portfolio_identifier": (
            "Business key of the portfolio: its unique_identifier, not its uid."
        ),
        "cash_flow_identifier": "Tells the flows of one portfolio at one instant apart.",
        "cash_flow_type": (
            "Kind of flow, such as a dividend; the database enforces no set of values."
        ),
        "valuation_asset_identifier": (
            "Business key of the asset that valuation_amount is in; NULL where not valued."
        ),
    },
    "ms_markets__portfolioeventledgerts": {
        "portfolio_identifier": (
            "Business key of the portfolio: its unique_identifier, not its uid."
        ),
        "record_identifier": "Tells the records of one event revision apart.",
        "event_type": "Kind of event, such as a dividend; the database enforces no set of values.",
        "phase": "Stage that the event is processed in; no set of values is enforced.",
        "event_sequence": (
            "Rank of the event among others of its portfolio; a lower one comes first."
        ),
        "record_sequence": "Rank of the record within its event revision; a lower one comes first.",
        "event_digest": "Hash of the event's content; equal where two copies of it agree.",
        "source_revision": "Version of the event at its source, which source_identifier names.",
        "model_identifier": "Model that made the records, as text; no table lists the models.",
        "model_version": "Version of the model that made the records.",
        "terms_version": "Version of the terms that the event follows; NULL where not recorded.",
        "record_kind": (
            "Kind of record, such as a change of quantity; no set of values is enforced."
        ),
        "position_identifier": (
            "Position that the record concerns, as text; NULL where it concerns none."
        ),
        "obligation_identifier": (
            "Obligation that the record concerns, as text; NULL where it concerns none."
        ),
        "asset_identifier": (
            "Business key of the asset: its unique_identifier, not its uid; NULL for none."
        ),
        "quantity_unit": "Unit that quantity_delta counts; NULL where there is no quantity.",
        "amount_asset_identifier": (
            "Business key of the asset that amount_delta is in; NULL without an amount."
        ),
        "price_asset_identifier": (
            "Business key of the asset that price is in; NULL without a price."
        ),
        "valuation_asset_identifier": (
            "Business key of the asset that nav_before and nav_after are in; NULL without them."
        ),
        "state_schema_version": (
            "Version of the layout of the portfolio's state; NULL where not recorded."
        ),
    },
    "ms_markets__portfoliogroup": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique.",
        "description": "Explanation for people, in free text; NULL where none is written.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__portfoliogroupmembership": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "portfolio_group_uid": (
            "Group that the portfolio is in; the database allows each pair only once."
        ),
        "portfolio_uid": "Portfolio that is a member; it may be in several groups.",
    },
    "ms_markets__portfoliometadata": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "description": "Explanation for people, in free text; NULL where none is written.",
    },
    "ms_markets__portfoliorebalancestatets": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "portfolio_identifier": (
            "Business key of the portfolio: its unique_identifier, not its uid."
        ),
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "event_source": "Where the reported execution was learned from.",
        "target_weight": "Share of the asset in the portfolio when the rebalance is complete.",
        "weight_before": "Share of the asset in the portfolio before the reported execution.",
        "weight_after": "Share of the asset in the portfolio after the reported execution.",
        "execution_price": "Price of one unit of executed_quantity; NULL where not recorded.",
        "executed_quantity": "Units of the asset that were traded; NULL where not recorded.",
        "executed_notional": (
            "Money value of executed_quantity, without its currency; NULL where not recorded."
        ),
        "observed_volume": "Volume that the market traded, as observed; NULL where not recorded.",
        "observed_available_liquidity": (
            "Amount that the market could absorb, as observed; NULL where not recorded."
        ),
    },
    "ms_markets__portfoliostatets": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "portfolio_identifier": (
            "Business key of the portfolio: its unique_identifier, not its uid."
        ),
        "state_identifier": "Tells the items of one portfolio apart; stays the same over time.",
        "state_kind": "Kind of item, such as a balance; the database enforces no set of values.",
        "quantity_unit": "Unit that quantity counts; NULL where there is no quantity.",
        "valuation_asset_identifier": (
            "Business key of the asset that value is in; NULL where not valued."
        ),
        "is_closed": "True where the item has ended, such as a debt that was paid.",
    },
    "ms_markets__portfoliosts": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "portfolio_identifier": (
            "Business key of the portfolio: its unique_identifier, not its uid."
        ),
        "calculated_close": (
            "Computed value of the portfolio, kept next to close; NULL where not recorded."
        ),
    },
    "ms_markets__portfolioweightsts": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "portfolio_identifier": (
            "Business key of the portfolio: its unique_identifier, not its uid."
        ),
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "price_current": "Price of one unit that goes with weight; NULL where not recorded.",
        "price_before": "Price of one unit that goes with weight_before; NULL where not recorded.",
        "volume_current": "Volume of the asset that goes with weight; NULL where not recorded.",
        "volume_before": (
            "Volume of the asset that goes with weight_before; NULL where not recorded."
        ),
    },
    "ms_markets__positionset": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "account_target_allocation_uid": (
            "Assignment that the targets carry out; it names the account and the model."
        ),
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__pricingmarketdataset": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "display_name": "Name to show to people, not necessarily unique.",
        "description": "Explanation for people, in free text; NULL where none is written.",
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__pricingmarketdatasetbinding": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "market_data_set_uid": "Set that the binding is part of; deleting it deletes the binding.",
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__pricingmarketdatasetcurvebinding": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "market_data_set_uid": "Set that the binding is part of; deleting it deletes the binding.",
        "curve_uid": "Curve that is used where role, selector and quote side match.",
        "metadata": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__rebalancestrategymetadata": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "rebalance_strategy_description": (
            "Explanation for people, in free text; NULL where none is written."
        ),
    },
    "ms_markets__signalmetadata": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "signal_description": "Explanation for people, in free text; NULL where none is written.",
    },
    "ms_markets__signalweightsts": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
    },
    "ms_markets__targetpositionsts": {
        "time_index": "Instant that the target is for, in UTC when read through msm.",
        "position_set_uid": "Set that the target is part of; deleting it deletes the target.",
        "metadata_json": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
    "ms_markets__tradests": {
        "trade_time": (
            "Instant of the execution, in UTC when read through msm; part of the identity."
        ),
        "trade_identifier": "Business key, unique only together with time, account and asset.",
        "account_identifier": "Business key of the account: its unique_identifier, not its uid.",
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "comments": "Remarks for people, in free text; NULL where none is written.",
        "venue_metadata": (
            "Attributes from the venue, as a JSON object with no fixed keys; NULL for none."
        ),
    },
    "ms_markets__virtualfund": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "target_portfolio_uid": (
            "Portfolio that the fund aims to hold; a portfolio in use cannot be deleted."
        ),
    },
    "ms_markets__virtualfundholdingsset": {
        "uid": "Surrogate key; the database makes a random UUID where the writer gives none.",
        "virtual_fund_uid": (
            "Fund whose share this is; at most one share of each account holdings set."
        ),
        "time_index": "Instant of the snapshot, in UTC when read through msm.",
    },
    "ms_markets__virtualfundholdingsts": {
        "time_index": "Instant of the observation, in UTC when read through msm.",
        "virtual_fund_uid": (
            "Fund that the position is allocated to; one row for each fund, asset and instant."
        ),
        "asset_identifier": "Business key of the asset: its unique_identifier, not its uid.",
        "virtual_fund_holdings_set_uid": (
            "Snapshot that the position is part of; deleting it deletes the position."
        ),
        "extra_details": "Further attributes as a JSON object with no fixed keys; NULL for none.",
    },
}

# What 1004 wrote, and what it becomes.
REWORDED: dict[str, dict[str, tuple[str, str]]] = {
    "ms_markets__bondassetdetails": {
        "asset_uid": (
            "Asset that is the bond; a bond has the key of its asset.",
            "Asset that is the bond; this row has the same key.",
        ),
        "currency_asset_uid": (
            "Asset that is the currency of the bond.",
            "Asset, a currency, that the bond pays in.",
        ),
    },
    "ms_markets__calendar": {
        "source_identifier": (
            "Name of the calendar at its source.",
            "What the source calls the calendar; NULL where not recorded.",
        ),
    },
    "ms_markets__futureassetdetails": {
        "asset_uid": (
            "Asset that is the future; a future has the key of its asset.",
            "Asset that is the future; this row has the same key.",
        ),
    },
    "ms_markets__openfigiassetdetails": {
        "exchange_code": (
            "Exchange code of OpenFIGI.",
            "Exchange code of OpenFIGI, such as US or LN; not a MIC.",
        ),
        "unique_id": (
            "Unique identifier of OpenFIGI.",
            "What OpenFIGI returns as uniqueID; not the FIGI.",
        ),
    },
    "ms_markets__portfolio": {
        "published_index_uid": (
            "Index that the portfolio is published as; NULL where it is not.",
            "Index that carries the portfolio's values; NULL where it is not published.",
        ),
    },
    "ms_markets__portfolioanalyticsts": {
        "close": (
            "Value of the portfolio at the close.",
            "Value of the portfolio at the close; its currency is not recorded.",
        ),
    },
    "ms_markets__portfoliosts": {
        "close": (
            "Value of the portfolio at the close.",
            "Value of the portfolio at the close; its currency is not recorded.",
        ),
    },
}


def upgrade() -> None:
    for table, comments in COLUMN_COMMENTS.items():
        for column, comment in comments.items():
            op.alter_column(table, column, comment=comment)
    for table, texts in REWORDED.items():
        for column, (before, after) in texts.items():
            op.alter_column(table, column, comment=after, existing_comment=before)


def downgrade() -> None:
    for table, texts in REWORDED.items():
        for column, (before, after) in texts.items():
            op.alter_column(table, column, comment=before, existing_comment=after)
    for table, comments in COLUMN_COMMENTS.items():
        for column, comment in comments.items():
            op.alter_column(table, column, comment=None, existing_comment=comment)
