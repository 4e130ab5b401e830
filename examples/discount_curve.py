"""A discount curve: written for each day, read back as of a time and over several days.

Run it with ``./dev run msm-local exec -- python -m examples.discount_curve``, on a database
that is at head.
"""

import datetime
import json

import pandas as pd

import msm
from msm import MarketsRuntime
from msm_pricing import Curve, DiscountCurvesTS

__all__ = ["MODELS", "curve_as_of", "load_curves", "main"]

MODELS = [Curve, DiscountCurvesTS]

CURVE = {
    "unique_identifier": "USD-SOFR",
    "display_name": "US dollar, overnight",
    "curve_type": "discount",
    "currency_code": "USD",
    "interpolation_method": "log_linear",
    "compounding": "continuous",
}
# The value of one dollar by its payment date, as it was known on two days.
FACTORS = {
    datetime.datetime(2025, 3, 3, tzinfo=datetime.UTC): {
        "2025-06-03": 0.98922,
        "2025-09-03": 0.978951,
        "2026-03-03": 0.960309,
    },
    datetime.datetime(2025, 3, 4, tzinfo=datetime.UTC): {
        "2025-06-03": 0.989361,
        "2025-09-03": 0.979212,
        "2026-03-03": 0.960991,
    },
}


def load_curves(runtime: MarketsRuntime) -> None:
    """Write the curve, and its discount factors of each day."""
    runtime.upsert(Curve, [CURVE])
    runtime.upsert(
        DiscountCurvesTS,
        [
            {"time_index": day, "curve_identifier": "USD-SOFR", "curve": json.dumps(factors)}
            for day, factors in FACTORS.items()
        ],
    )


def curve_as_of(runtime: MarketsRuntime, curve: str, as_of: datetime.datetime) -> dict[str, float]:
    """The discount factors by payment date, of the last curve that was known at a time."""
    is_curve = DiscountCurvesTS.curve_identifier == curve
    known = runtime.latest(DiscountCurvesTS, is_curve, as_of=as_of).scalar_one()
    factors: dict[str, float] = json.loads(known.curve)
    return factors


def main() -> None:
    """Write the curves; discount one payment as of an evening, and compare the days."""
    runtime = msm.start_engine(MODELS)
    load_curves(runtime)

    evening = datetime.datetime(2025, 3, 3, 22, tzinfo=datetime.UTC)
    factors = curve_as_of(runtime, "USD-SOFR", evening)
    print(
        f"as of {evening}, a million dollars in a year are worth {1e6 * factors['2026-03-03']:,.0f}"
    )

    start, end = evening - datetime.timedelta(days=1), evening + datetime.timedelta(days=1)
    curves = runtime.between(DiscountCurvesTS, start, end, columns=[DiscountCurvesTS.curve]).frame()
    print(pd.DataFrame(curves["curve"].map(json.loads).to_list(), index=curves.index))


if __name__ == "__main__":
    main()
