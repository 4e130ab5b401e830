"""A discount curve: written day by day, read back as of a day, and used to discount a payment.

Run it with ``./dev run msm-local exec -- python -m examples.discount_curve``, on a database
that is at head.
"""

import datetime
import json

import numpy as np

import msm
from msm import MarketsRuntime
from msm_pricing import Curve, DiscountCurvesTS

__all__ = ["MODELS", "discount_factor", "load_curves", "main"]

MODELS = [Curve, DiscountCurvesTS]

CURVE = {
    "unique_identifier": "USD-SOFR",
    "display_name": "US dollar, overnight",
    "curve_type": "discount",
    "currency_code": "USD",
    "interpolation_method": "log_linear",
    "compounding": "continuous",
}
# Zero rates by days to maturity, as they stood on two days; continuously compounded, Act/365.
ZERO_RATES = {
    datetime.date(2025, 3, 3): {30: 0.0432, 91: 0.0430, 182: 0.0422, 365: 0.0405, 730: 0.0392},
    datetime.date(2025, 3, 4): {30: 0.0432, 91: 0.0429, 182: 0.0419, 365: 0.0399, 730: 0.0385},
}


def load_curves(runtime: MarketsRuntime) -> int:
    """Write the curve, and its discount factors by date for each day; return the days written."""
    runtime.upsert(Curve, [CURVE])
    rows = [
        {
            "time_index": datetime.datetime.combine(day, datetime.time(), datetime.UTC),
            "curve_identifier": "USD-SOFR",
            "curve": json.dumps(
                {
                    str(day + datetime.timedelta(days)): float(np.exp(-rate * days / 365))
                    for days, rate in rates.items()
                }
            ),
            "key_nodes": json.dumps(rates),
            "metadata_json": {"day_counter": "Act/365"},
        }
        for day, rates in ZERO_RATES.items()
    ]
    return runtime.upsert(DiscountCurvesTS, rows)


def discount_factor(
    runtime: MarketsRuntime, curve: str, as_of: datetime.datetime, payment: datetime.date
) -> float:
    """What one unit paid on a date is worth, by the last curve that was known.

    Args:
        runtime: a runtime that has the curve models attached.
        curve: the curve's business key.
        as_of: the time of the valuation, an aware datetime.
        payment: the date of the payment, within the curve.
    """
    is_curve = DiscountCurvesTS.curve_identifier == curve
    [known] = runtime.latest(DiscountCurvesTS, is_curve, as_of=as_of).rows
    start = known["time_index"].date()
    nodes = {
        datetime.date.fromisoformat(day): factor
        for day, factor in json.loads(known["curve"]).items()
    }
    days = [0, *((day - start).days for day in nodes)]
    logarithms = np.log([1.0, *nodes.values()])
    return float(np.exp(np.interp((payment - start).days, days, logarithms)))


def main() -> None:
    """Write the curves, and discount one payment as of the evening of each day."""
    runtime = msm.start_engine(MODELS)
    print(f"curves: {len(ZERO_RATES)} days, {load_curves(runtime)} written")
    payment = datetime.date(2025, 12, 15)
    for day in ZERO_RATES:
        evening = datetime.datetime.combine(day, datetime.time(22), datetime.UTC)
        factor = discount_factor(runtime, "USD-SOFR", evening, payment)
        print(f"as of {day}, a dollar on {payment} is worth {factor:.6f}")


if __name__ == "__main__":
    main()
