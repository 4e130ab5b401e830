"""Add server defaults and comments.

Revision ID: 1004
Revises: 1003
Create Date: 2026-11-23 20:25:40

What the database can guarantee: keys made by gen_random_uuid(), and the defaults that clients used to
fill in. The meaning of tables and columns, as the models state it, becomes comments.

A revision is literal: no import of msm packages, no look at the live database, no schema="public".
It must work while the previous release still runs.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "1004"
down_revision: str | None = "1003"
branch_labels: str | None = None
depends_on: str | None = None

# SQL expressions, by table and column.
SERVER_DEFAULTS: dict[str, dict[str, str]] = {
    "ms_markets__account": {
        "uid": "gen_random_uuid()",
        "is_paper": "true",
        "account_is_active": "false",
    },
    "ms_markets__accountallocationmodel": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__accountgroup": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__accountholdingsset": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__accountholdingsts": {
        "direction": "1",
    },
    "ms_markets__accounttargetallocation": {
        "uid": "gen_random_uuid()",
        "is_active": "true",
    },
    "ms_markets__asset": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__assetcategory": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__assetcategorymembership": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__assettype": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__calendar": {
        "uid": "gen_random_uuid()",
        "timezone": "'UTC'",
    },
    "ms_markets__calendardate": {
        "uid": "gen_random_uuid()",
        "is_business_day": "false",
        "is_holiday": "false",
        "is_weekend": "false",
        "is_early_close": "false",
    },
    "ms_markets__calendarevent": {
        "uid": "gen_random_uuid()",
        "event_label": "''",
        "target_type": "''",
        "target_identifier": "''",
    },
    "ms_markets__calendarsession": {
        "uid": "gen_random_uuid()",
        "timezone": "'UTC'",
        "is_primary": "true",
    },
    "ms_markets__curve": {
        "uid": "gen_random_uuid()",
        "status": "'ACTIVE'",
    },
    "ms_markets__index": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__indexdatasetavailability": {
        "uid": "gen_random_uuid()",
        "reconciled_at": "now()",
    },
    "ms_markets__indexformuladefinition": {
        "uid": "gen_random_uuid()",
        "status": "'draft'",
        "alignment_policy": "'exact'",
        "missing_data_policy": "'drop'",
    },
    "ms_markets__indexformulainput": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__indextype": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__issuer": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__ordermanager": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__portfolio": {
        "uid": "gen_random_uuid()",
        "backtest_table_price_column_name": "'close'",
    },
    "ms_markets__portfoliogroup": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__portfoliogroupmembership": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__portfoliometadata": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__positionset": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__pricingmarketdataset": {
        "uid": "gen_random_uuid()",
        "status": "'ACTIVE'",
    },
    "ms_markets__pricingmarketdatasetbinding": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__pricingmarketdatasetcurvebinding": {
        "uid": "gen_random_uuid()",
        "priority": "0",
        "status": "'ACTIVE'",
    },
    "ms_markets__rebalancestrategymetadata": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__signalmetadata": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__virtualfund": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__virtualfundholdingsset": {
        "uid": "gen_random_uuid()",
    },
    "ms_markets__virtualfundholdingsts": {
        "allocation_strategy": "'explicit'",
        "direction": "1",
    },
}

TABLE_COMMENTS: dict[str, str] = {
    "ms_markets__account": "One account that holds assets, on paper or with real money.",
    "ms_markets__accountallocationmodel": "One plan for investing accounts, which several accounts may follow.",
    "ms_markets__accountgroup": "One group of accounts; an account belongs to one group at most.",
    "ms_markets__accountholdingsset": "One snapshot of everything that one account held at one time.",
    "ms_markets__accountholdingsts": "One account's position in one asset at one time, as part of a holdings set.",
    "ms_markets__accounttargetallocation": "One account's assignment to one allocation model, which its target positions belong to.",
    "ms_markets__asset": "One tradable or reference instrument, known everywhere by its unique identifier.",
    "ms_markets__assetcategory": "One named grouping of assets, such as a sector or an investable universe.",
    "ms_markets__assetcategorymembership": "One asset's membership in one category; an asset may belong to several.",
    "ms_markets__assetcurrentpricingdetails": "One asset's current instrument: the terms that a pricing library needs to value it.",
    "ms_markets__assetpricingdetailsts": "One asset's instrument as it was at one time.",
    "ms_markets__assetsnapshotsts": "One asset's name, ticker and exchange as they stood at one time.",
    "ms_markets__assettype": "One kind of asset, such as bonds or currency pairs.",
    "ms_markets__bondassetdetails": "One bond: its issuer, its currency and its dates.",
    "ms_markets__calendar": "One calendar, such as that of an exchange, with the span of dates it covers.",
    "ms_markets__calendardate": "One date of one calendar: a business day, a holiday or a weekend day.",
    "ms_markets__calendarevent": "One event in one calendar, which may concern one target such as an asset.",
    "ms_markets__calendarsession": "One session of one date in one calendar, from its opening to its close.",
    "ms_markets__currencyspotassetdetails": "One spot currency pair: the currency that is priced and the one it is priced in.",
    "ms_markets__curve": "One curve that instruments are priced with, such as a discount curve of one currency.",
    "ms_markets__curvebuildingdetails": "One curve's recipe: the conventions and methods that turn its quotes into nodes.",
    "ms_markets__discountcurvests": "One curve as it stood on one day.",
    "ms_markets__externalpricests": "One daily price bar of one asset, from an external source.",
    "ms_markets__futureassetdetails": "One futures contract: what it is written on, how large it is and how it settles.",
    "ms_markets__index": "One market quantity with a value over time, such as a rate, a spread or a benchmark.",
    "ms_markets__indexconventiondetails": "One index's market conventions, in the form that a pricing library reads.",
    "ms_markets__indexdatasetavailability": "One dataset that may hold values of one index, with what was last found in it.",
    "ms_markets__indexfixingsts": "One fixing of one index on one day.",
    "ms_markets__indexformuladefinition": "One version of the formula that an index is computed by.",
    "ms_markets__indexformulainput": "One series that a formula definition reads, of an asset or of another index.",
    "ms_markets__indextype": "One kind of index, such as equity indices or interest rates.",
    "ms_markets__indexvaluests": "One index's value at one time, with the definition and the source it comes from.",
    "ms_markets__issuer": "One issuer of securities, such as a company or a government.",
    "ms_markets__openfigiassetdetails": "One asset's identifiers and classification according to OpenFIGI.",
    "ms_markets__ordereventsts": "One event in the life of one order, such as its acceptance or a fill.",
    "ms_markets__ordermanager": "One execution run, whose orders bring one account to its target.",
    "ms_markets__ordersts": "One order to buy or sell one asset for one account.",
    "ms_markets__portfolio": "One portfolio, with its calendar, its signal and where its series are stored.",
    "ms_markets__portfolioanalyticsts": "One result of one analysis of a portfolio, for one period.",
    "ms_markets__portfoliocalendareventsts": "One event of one session of a calendar, at the instant it happens.",
    "ms_markets__portfoliocashflowsts": "One cash flow of a portfolio, in the asset that is paid.",
    "ms_markets__portfolioeventledgerts": "One record of one revision of an event in a portfolio's ledger.",
    "ms_markets__portfoliogroup": "One named group of portfolios.",
    "ms_markets__portfoliogroupmembership": "One portfolio's membership in one group; a portfolio may belong to several.",
    "ms_markets__portfoliometadata": "One portfolio's description, kept apart from the portfolio itself.",
    "ms_markets__portfoliorebalancestatets": "One asset's progress towards its target weight, within one intended rebalance.",
    "ms_markets__portfoliostatets": "One item of a portfolio's state, such as a balance, at one time.",
    "ms_markets__portfoliosts": "One portfolio's value and return at one time.",
    "ms_markets__portfolioweightsts": "One asset's weight in one portfolio at one time, beside the weight it replaces.",
    "ms_markets__positionset": "One set of target positions, of one target allocation at one time.",
    "ms_markets__pricingmarketdataset": "One named choice of market data, such as an end-of-day set.",
    "ms_markets__pricingmarketdatasetbinding": "One concept of a market-data set, bound to the data node that serves it.",
    "ms_markets__pricingmarketdatasetcurvebinding": "One curve of a market-data set, bound to a role and to what it is selected by.",
    "ms_markets__rebalancestrategymetadata": "One rebalance strategy, with the configuration it runs with.",
    "ms_markets__signalmetadata": "One signal that portfolios take their weights from, and what it does in words.",
    "ms_markets__signalweightsts": "One asset's weight in one signal at one time.",
    "ms_markets__targetpositionsts": "One target position of a position set, in one asset or in one portfolio.",
    "ms_markets__tradests": "One trade of one asset, executed for one account.",
    "ms_markets__virtualfund": "One slice of an account that is run towards one target portfolio.",
    "ms_markets__virtualfundholdingsset": "One virtual fund's share of one account holdings set.",
    "ms_markets__virtualfundholdingsts": "One virtual fund's position in one asset at one time, out of what its account held.",
}

COLUMN_COMMENTS: dict[str, dict[str, str]] = {
    "ms_markets__account": {
        "unique_identifier": "Business key; orders and trades refer to the account by it.",
        "is_paper": "True for simulated trading, without real money.",
        "account_group_uid": "NULL for an account in no group.",
        "holdings_data_node_uid": "Data node of the holdings on the platform; not enforced by a foreign key.",
    },
    "ms_markets__accountallocationmodel": {
        "allocation_model_name": "Business key of the model.",
    },
    "ms_markets__accountgroup": {
        "group_name": "Business key; any number of groups may be unnamed (NULL).",
    },
    "ms_markets__accountholdingsset": {
        "source_data_node_uid": "Data node on the platform that the set came from; not enforced by a foreign key.",
    },
    "ms_markets__accountholdingsts": {
        "is_trade_snapshot": "Whether the snapshot belongs to a trade; NULL where not recorded.",
        "quantity": "Units of the asset; direction says whether they are held long or short.",
        "direction": "1 for a long position, -1 for a short one.",
        "target_trade_time": "Intended time of trading; NULL where none is set.",
    },
    "ms_markets__accounttargetallocation": {
        "unique_identifier": "Business key of the assignment.",
        "source": "Where the assignment comes from; NULL where not recorded.",
    },
    "ms_markets__asset": {
        "unique_identifier": "Business key; time series refer to the asset by it.",
        "asset_type": "Key of an asset type; not enforced, so that types can arrive later.",
    },
    "ms_markets__assetcategory": {
        "unique_identifier": "Business key of the category.",
    },
    "ms_markets__assetcurrentpricingdetails": {
        "instrument_dump": "The instrument, serialized as serialization_format says.",
        "pricing_details_date": "Instant that the details date from.",
        "pricing_package_version": "Version of the pricing library that wrote the dump; NULL where not recorded.",
        "source": "Where the details were taken from; NULL where not recorded.",
    },
    "ms_markets__assetpricingdetailsts": {
        "time_index": "Instant that the details date from.",
        "instrument_dump": "The instrument, serialized as serialization_format says.",
        "pricing_package_version": "Version of the pricing library that wrote the dump; NULL where not recorded.",
        "source": "Where the details were taken from; NULL where not recorded.",
    },
    "ms_markets__assetsnapshotsts": {
        "exchange_code": "Code of the listing exchange; the database enforces no one code scheme.",
        "asset_ticker_group_id": "Shared by tickers that belong together; NULL where not recorded.",
    },
    "ms_markets__assettype": {
        "asset_type": "Business key; assets name their type by it.",
    },
    "ms_markets__bondassetdetails": {
        "asset_uid": "Asset that is the bond; a bond has the key of its asset.",
        "currency_asset_uid": "Asset that is the currency of the bond.",
        "maturity_date": "NULL for a bond without a fixed maturity, such as a perpetual.",
        "status": "State of the bond; the database enforces no set of values.",
    },
    "ms_markets__calendar": {
        "unique_identifier": "Business key of the calendar.",
        "calendar_type": "Kind of calendar; the database enforces no set of values.",
        "timezone": "Time zone of the local dates, such as America/New_York.",
        "source": "Where the calendar comes from; NULL where not recorded.",
        "source_identifier": "Name of the calendar at its source.",
        "valid_from": "Start of the dates covered.",
        "valid_to": "End of the dates covered.",
    },
    "ms_markets__calendardate": {
        "local_date": "In the time zone of the calendar.",
        "is_early_close": "True where the day ends before the usual time.",
        "holiday_name": "NULL on other days, or where the holiday has no recorded name.",
    },
    "ms_markets__calendarevent": {
        "event_time": "Instant of the event; NULL where only its date is known.",
        "event_type": "Kind of event; the database enforces no set of values.",
        "event_label": "Tells events of one type and date apart; empty for none.",
        "target_type": "Kind of thing the event concerns; empty for none.",
        "target_uid": "Key of the target; not enforced, since its table depends on target_type.",
        "target_identifier": "Business key of the target; empty for none.",
    },
    "ms_markets__calendarsession": {
        "local_date": "Date that the session belongs to, in its time zone.",
        "session_label": "Tells the sessions of one date apart, such as regular or overnight.",
        "opens_at": "Instant of opening; NULL where not recorded.",
        "closes_at": "Instant of closing; NULL where not recorded.",
        "timezone": "Time zone of the session, such as America/New_York.",
        "is_primary": "True for the main session of its date.",
    },
    "ms_markets__currencyspotassetdetails": {
        "asset_uid": "Asset that is the pair; a pair has the key of its asset.",
        "base_currency_uid": "Currency asset that is priced: EUR in EURUSD.",
        "quote_currency_uid": "Currency asset that the price is stated in: USD in EURUSD.",
    },
    "ms_markets__curve": {
        "unique_identifier": "Business key; curve values refer to the curve by it.",
        "currency_code": "NULL where the curve belongs to no one currency.",
        "quote_side": "Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
        "source": "Where the curve comes from; NULL where not recorded.",
        "status": "ACTIVE unless set otherwise; the database enforces no set of values.",
    },
    "ms_markets__curvebuildingdetails": {
        "quote_convention": "What the input quotes mean.",
        "rate_unit": "Unit that the input rates are quoted in.",
        "day_counter_code": "Day count that turns dates into year fractions.",
        "calendar_code": "Holiday calendar of the builder; no foreign key ties it to a calendar.",
        "compounding_frequency": "How often the rates compound; NULL where the compounding needs no frequency.",
        "builder_payload": "Further parameters of the builder; NULL where it has none.",
        "source": "Where the details were taken from; NULL where not recorded.",
    },
    "ms_markets__discountcurvests": {
        "curve": "The curve itself, serialized as text.",
        "key_nodes": "Nodes that the curve was built on, serialized as text; NULL where not recorded.",
    },
    "ms_markets__externalpricests": {
        "open_time": "Start of the bar; NULL where not recorded.",
        "vwap": "Volume-weighted average price of the bar.",
        "interpolated": "True where the bar was filled in rather than observed; NULL where not recorded.",
    },
    "ms_markets__futureassetdetails": {
        "asset_uid": "Asset that is the future; a future has the key of its asset.",
        "kind": "Kind of future; the database enforces no set of values.",
        "quote_unit": "Unit that prices are quoted in.",
        "settlement_asset": "Key of the asset that the contract settles in.",
        "margin_asset": "Key of the asset that margin is posted in.",
        "settlement_model": "Settlement model of the contract; the database enforces no set of values.",
        "settlement_method": "How it settles, such as in cash or by delivery; no set of values is enforced.",
        "contract_size": "Number of contract units that one contract stands for.",
        "contract_unit": "Unit that contract_size counts.",
        "expires_at": "NULL for a future without expiry, such as a perpetual.",
    },
    "ms_markets__index": {
        "unique_identifier": "Business key; index values refer to the index by it.",
        "index_type": "Key of an index type; not enforced by a foreign key.",
        "calculation_method": "formula where a formula definition yields the values; custom otherwise.",
        "value_format": "decimal or percent: the form in which values are presented.",
        "value_suffix": "Text that follows a presented value, such as a unit; NULL for none.",
    },
    "ms_markets__indexconventiondetails": {
        "convention_dump": "The conventions, serialized as serialization_format says.",
        "source": "Where the conventions were taken from; NULL where not recorded.",
    },
    "ms_markets__indexdatasetavailability": {
        "meta_table_uid": "Key of the MetaTable on the platform, as text; not enforced by a foreign key.",
        "cadence": "Declared spacing of the observations, such as 1d.",
        "population_state": "populated, compatible_empty (no rows) or unavailable (not known, see error_code).",
        "row_count": "Rows of the index in the dataset; NULL when unavailable.",
        "earliest_time_index": "NULL when empty or unavailable.",
        "latest_time_index": "NULL when empty or unavailable.",
        "reconciled_at": "When this row was last brought in line with the dataset.",
        "error_code": "Why the dataset is unavailable; NULL in the other states.",
        "error_message": "Explanation of the error code; NULL in the other states.",
    },
    "ms_markets__indexfixingsts": {
        "time_index": "Instant of the fixing.",
        "rate": "Rate fixed; NULL where none is known.",
    },
    "ms_markets__indexformuladefinition": {
        "version": "Positive; once in each index.",
        "status": "draft, active or retired; an index has at most one active definition.",
        "valid_to": "After valid_from; NULL while no end is set.",
        "formula": "Expression over the inputs.",
        "alignment_policy": "exact joins inputs of the same time; asof takes the latest of each up to then.",
        "missing_data_policy": "drop leaves out a time at which an input is missing; fail refuses it.",
        "definition_hash": "Digest of the definition, so that an index has each definition only once.",
    },
    "ms_markets__indexformulainput": {
        "asset_uid": "Asset that is read; NULL where the input is an index.",
        "component_index_uid": "Index that is read; NULL where the input is an asset.",
        "meta_table_uid": "MetaTable on the platform that is read; not enforced by a foreign key.",
        "observable": "What is read of the asset or index, by name, such as close.",
    },
    "ms_markets__indextype": {
        "index_type": "Business key; indices name their type by it.",
    },
    "ms_markets__indexvaluests": {
        "value": "In the unit of the index, whose value_format says how it is presented.",
        "definition_uid": "Formula definition that yielded the value; NULL where none did.",
        "observation_status": "Quality of the value; the database enforces no set of values.",
        "source_as_of": "Time that the source data stands for; NULL where not recorded.",
    },
    "ms_markets__issuer": {
        "unique_identifier": "Business key of the issuer.",
    },
    "ms_markets__openfigiassetdetails": {
        "figi": "Financial Instrument Global Identifier of the instrument itself.",
        "composite": "FIGI shared by the listings of one country.",
        "share_class": "FIGI shared by the listings of one share class worldwide.",
        "isin": "International Securities Identification Number.",
        "exchange_code": "Exchange code of OpenFIGI.",
        "security_type_2": "Second classification of OpenFIGI, beside security_type.",
        "security_market_sector": "Market sector of OpenFIGI, such as Equity or Govt.",
        "unique_id": "Unique identifier of OpenFIGI.",
        "unique_id_fut_opt": "Unique identifier of OpenFIGI for futures and options.",
        "metadata": "Note of OpenFIGI, which stands where it cannot show other fields.",
        "raw_payload": "Answer of OpenFIGI as received.",
    },
    "ms_markets__ordereventsts": {
        "order_identifier": "Order that the event concerns; not enforced by a foreign key.",
        "order_status": "State of the order at the event; the database enforces no set of values.",
    },
    "ms_markets__ordermanager": {
        "unique_identifier": "Business key; orders refer to the run by it.",
        "target_time": "Time of the target that the run works towards.",
        "execution_end": "When the run ended; NULL where it has not, or where not recorded.",
        "status": "State of the run; the database enforces no set of values.",
    },
    "ms_markets__ordersts": {
        "order_identifier": "Business key; order events and trades name the order by it.",
        "order_manager_identifier": "Execution run that placed the order; NULL for an order outside any run.",
        "order_remote_id": "Order id given by the venue.",
        "client_order_id": "Order id given by the sender.",
        "order_type": "Such as market or limit; the database enforces no set of values.",
        "order_side": "Buy or sell, as a number; the database enforces no set of values.",
        "quantity": "Units of the asset ordered.",
        "status": "State of the order; the database enforces no set of values.",
        "filled_quantity": "Units of the asset executed so far.",
        "limit_price": "NULL for an order without a limit.",
        "time_in_force": "How long the order stands, such as day; no set of values is enforced.",
    },
    "ms_markets__portfolio": {
        "unique_identifier": "Business key; time series refer to the portfolio by it.",
        "published_index_uid": "Index that the portfolio is published as; NULL where it is not.",
        "portfolio_weights_data_node_uid": "Data node of the weights on the platform; not enforced by a foreign key.",
        "signal_weights_data_node_uid": "Data node of the signal weights on the platform; not enforced by a foreign key.",
        "signal_uid": "Business key of the signal; NULL for a portfolio without one.",
        "portfolio_data_node_uid": "Data node of the portfolio values on the platform; not enforced by a foreign key.",
        "backtest_table_price_column_name": "Price column that a backtest reads.",
    },
    "ms_markets__portfolioanalyticsts": {
        "close": "Value of the portfolio at the close.",
        "return": "Return of the portfolio over the period.",
        "source_time_index": "Time index of the portfolio observation that the result comes from.",
    },
    "ms_markets__portfoliocalendareventsts": {
        "time_index": "Instant of the event.",
        "local_date": "Date of the event in the calendar's own time zone.",
    },
    "ms_markets__portfoliocashflowsts": {
        "ledger_state_identifier": "Ledger state that the flow is part of, as in PortfolioEventLedgerTS; not enforced.",
        "event_identifier": "Event that the flow comes from, as in PortfolioEventLedgerTS; not enforced.",
        "asset_identifier": "Asset that is paid, such as a currency.",
        "amount": "In units of asset_identifier.",
        "valuation_amount": "The amount in units of valuation_asset_identifier; NULL where it is not valued.",
    },
    "ms_markets__portfolioeventledgerts": {
        "time_index": "Instant of the event.",
        "event_identifier": "Stays the same in every revision.",
        "event_revision": "Which statement of the event this is; a correction is a revision of its own.",
        "observed_at": "When the event became known, which may be after it happened.",
        "event_status": "Any text; the database enforces no set of values.",
        "event_record_count": "Number of records of the revision, which shows whether all are there.",
        "source_identifier": "Where the event was learned from.",
        "supersedes_event_revision": "Revision of the same event that this one replaces; NULL where it replaces none.",
        "causal_event_identifiers": "Events that caused this one, serialized as text; NULL where none are recorded.",
        "input_state_identifier": "Ledger state that the event was applied to.",
        "ledger_state_identifier": "Ledger state that the record is part of, as in PortfolioStateTS.",
        "valuation_references": "What the valuations rest on, serialized as text.",
        "state_identifier": "Item of state that the record concerns, as in PortfolioStateTS; not enforced.",
        "balance_role": "Which of the asset's balances is meant.",
        "quantity_delta": "Change of the quantity, in quantity_unit; an increase is positive.",
        "amount_delta": "Change of the amount, in amount_asset_identifier; an increase is positive.",
        "price": "In price_asset_identifier.",
        "eligible_quantity": "Quantity that the event applies to, such as a holding entitled to a dividend.",
        "recognized_pnl": "Profit or loss that the record recognizes; a loss is negative.",
        "nav_before": "Net asset value before the event, in valuation_asset_identifier.",
        "nav_after": "Net asset value after the event, in valuation_asset_identifier.",
        "extension_payload": "What the columns have no place for, serialized as text.",
    },
    "ms_markets__portfoliogroup": {
        "unique_identifier": "Business key of the group.",
    },
    "ms_markets__portfoliometadata": {
        "unique_identifier": "Business key of what is described; no foreign key ties it to a portfolio.",
    },
    "ms_markets__portfoliorebalancestatets": {
        "rebalance_intent_id": "Common to all rows that carry out one decision to rebalance.",
        "target_signal_time_index": "Time index of the signal that set the target.",
        "execution_status": "How far the execution has come; the database enforces no set of values.",
        "executed_weight_delta": "Change of weight executed; an increase is positive.",
        "remaining_weight_delta": "Change of weight still to execute; an increase is positive.",
        "strategy_state": "State that the rebalance strategy carries forward, serialized as text.",
    },
    "ms_markets__portfoliostatets": {
        "ledger_state_identifier": "Ledger state that the item is part of, as in PortfolioEventLedgerTS; not enforced.",
        "originating_event_identifier": "Event that created the item, as in PortfolioEventLedgerTS; not enforced.",
        "asset_identifier": "Asset that the item is a balance of; NULL where it is of none.",
        "balance_role": "Which of the asset's balances is meant.",
        "quantity": "In quantity_unit.",
        "value": "In valuation_asset_identifier; NULL where the item is not valued.",
        "extension_payload": "What the columns have no place for, serialized as text.",
    },
    "ms_markets__portfoliosts": {
        "close": "Value of the portfolio at the close.",
        "return": "Return of the portfolio since the observation before.",
        "close_time": "Instant of the close; NULL where not recorded.",
    },
    "ms_markets__portfolioweightsts": {
        "weight": "Share of the asset in the portfolio.",
        "weight_before": "Weight that this one replaces.",
    },
    "ms_markets__positionset": {
        "position_set_time": "Time of the set, unique within its target allocation.",
        "source": "Where the targets come from; NULL where not recorded.",
    },
    "ms_markets__pricingmarketdataset": {
        "set_key": "Business key; a valuation asks for the set by it.",
        "status": "ACTIVE unless set otherwise; the database enforces no set of values.",
    },
    "ms_markets__pricingmarketdatasetbinding": {
        "concept_key": "Kind of data that is bound; once in each set.",
        "data_node_uid": "Data node on the platform; not enforced by a foreign key.",
        "storage_table_identifier": "Table that the data node stores into; NULL where not recorded.",
        "source": "Where the binding comes from; NULL where not recorded.",
    },
    "ms_markets__pricingmarketdatasetcurvebinding": {
        "binding_key": "Business key; once in each set.",
        "role_key": "What the curve is used for, such as discounting.",
        "selector_type": "Kind of thing that selector_key names, such as a currency or an index.",
        "selector_key": "What the curve is selected by; not enforced by a foreign key.",
        "quote_side": "Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
        "source": "Where the binding comes from; NULL where not recorded.",
        "priority": "Ranks bindings that match the same selector.",
        "status": "ACTIVE unless set otherwise; the database enforces no set of values.",
    },
    "ms_markets__rebalancestrategymetadata": {
        "rebalance_strategy_uid": "Business key of the strategy; text, and not the row's uid.",
        "configuration_json": "Parameters of the strategy; NULL where none are recorded.",
    },
    "ms_markets__signalmetadata": {
        "signal_uid": "Business key, as text; portfolios and signal weights refer to the signal by it.",
    },
    "ms_markets__signalweightsts": {
        "signal_uid": "Business key of the signal; text, and not the uid of its row.",
        "signal_weight": "Weight that the signal wants, before any rebalance carries it out.",
    },
    "ms_markets__targetpositionsts": {
        "target_type": "asset or portfolio.",
        "target_uid": "Equals asset_uid or portfolio_uid, whichever target_type names.",
        "asset_uid": "NULL where the target is a portfolio.",
        "portfolio_uid": "NULL where the target is an asset.",
        "weight_notional_exposure": "Target exposure as a weight; one of the three measures is set, the others NULL.",
        "constant_notional_exposure": "Target exposure as a fixed notional amount; NULL where another measure is set.",
        "single_asset_quantity": "Target as units of the asset; NULL where another measure is set.",
    },
    "ms_markets__tradests": {
        "order_identifier": "Order that was executed; not enforced by a foreign key.",
        "trade_side": "Buy or sell, as a number; the database enforces no set of values.",
        "quantity": "Units of the asset traded.",
        "price": "Price of one unit of the asset.",
        "commission": "In units of the asset that commission_asset_identifier names.",
        "commission_asset_identifier": "Asset, such as a currency, that the commission was paid in.",
        "settlement_cost": "In units of the asset that settlement_asset_identifier names.",
        "settlement_asset_identifier": "Asset, such as a currency, that the trade was settled in.",
    },
    "ms_markets__virtualfund": {
        "unique_identifier": "Business key of the virtual fund.",
        "account_uid": "Account that the fund is a slice of.",
    },
    "ms_markets__virtualfundholdingsset": {
        "source_account_holdings_set_uid": "Account holdings set that the share is taken from.",
    },
    "ms_markets__virtualfundholdingsts": {
        "source_account_holdings_set_uid": "Account holdings set that the quantity is taken from.",
        "allocated_quantity": "Units of the asset; direction says whether they are held long or short.",
        "allocation_strategy": "How the quantity was allotted; explicit unless set otherwise.",
        "direction": "1 for a long position, -1 for a short one.",
        "target_trade_time": "Intended time of trading; NULL where none is set.",
    },
}


def upgrade() -> None:
    for table, defaults in SERVER_DEFAULTS.items():
        for column, expression in defaults.items():
            op.alter_column(table, column, server_default=sa.text(expression))
    for table, comment in TABLE_COMMENTS.items():
        op.create_table_comment(table, comment)
    for table, comments in COLUMN_COMMENTS.items():
        for column, comment in comments.items():
            op.alter_column(table, column, comment=comment)


def downgrade() -> None:
    for table, comments in COLUMN_COMMENTS.items():
        for column, comment in comments.items():
            op.alter_column(table, column, comment=None, existing_comment=comment)
    for table, comment in TABLE_COMMENTS.items():
        op.drop_table_comment(table, existing_comment=comment)
    for table, defaults in SERVER_DEFAULTS.items():
        for column in defaults:
            op.alter_column(table, column, server_default=None)
