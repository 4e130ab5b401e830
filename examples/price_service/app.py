"""The application: it attaches once, when it is imported, and each worker has it.

Run it with ``./dev run msm-local exec -- uvicorn examples.price_service.app:app``, on a database
that is at head. docs/api.md explains its parts.
"""

from typing import Annotated, Any

from fastapi import FastAPI, Query, Response, status
from pydantic import AwareDatetime
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import NoResultFound

import msm
from msm.api import (
    PROBLEMS,
    Page,
    Readiness,
    add_problem_handlers,
    check_ready,
    read_page,
    schema_of,
)
from msm.models import Asset
from msm_portfolio import ExternalPricesTS

__all__ = ["app"]

REVISION = "1007"

runtime = msm.start_engine([Asset, ExternalPricesTS], at_least=REVISION)

AssetRow: Any = schema_of(Asset)
NewAsset: Any = schema_of(Asset, write=True, exclude=["uid"])
Price: Any = schema_of(ExternalPricesTS)
NewPrice: Any = schema_of(ExternalPricesTS, write=True)

app = FastAPI(title="Prices", version="1", responses=PROBLEMS)
add_problem_handlers(app)


@app.get("/ready")
def ready() -> Readiness:
    """Whether the service can do its work now."""
    return check_ready(runtime, at_least=REVISION)


@app.post("/assets", status_code=status.HTTP_201_CREATED, response_model=AssetRow)
def create_asset(asset: NewAsset) -> Any:
    """Create an asset; the database gives it its uid."""
    row = insert(Asset).values(asset.model_dump(exclude_unset=True)).returning(Asset)
    return runtime.scalars(row).one()


@app.get("/assets/{identifier}", response_model=AssetRow)
def read_asset(identifier: str) -> Any:
    """Read an asset by its identifier."""
    return runtime.scalars(select(Asset).where(Asset.unique_identifier == identifier)).one()


@app.delete("/assets/{identifier}", status_code=status.HTTP_204_NO_CONTENT)
def delete_asset(identifier: str) -> Response:
    """Delete an asset that has no prices."""
    gone = runtime.execute(delete(Asset).where(Asset.unique_identifier == identifier))
    if gone.row_count == 0:
        raise NoResultFound
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@app.put("/prices")
def write_prices(prices: list[NewPrice]) -> dict[str, int]:
    """Write prices, of any assets and days; an existing price is replaced."""
    rows = [price.model_dump(exclude_unset=True) for price in prices]
    return {"changed": runtime.upsert(ExternalPricesTS, rows)}


@app.get("/prices/{identifier}", response_model=Page[Price])
def read_prices(
    identifier: str,
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Any:
    """Read the prices of an asset by time, from ``start`` until just before ``end``."""
    time = ExternalPricesTS.time_index
    prices = select(ExternalPricesTS).where(ExternalPricesTS.asset_identifier == identifier)
    if start is not None:
        prices = prices.where(time >= start)
    if end is not None:
        prices = prices.where(time < end)
    return read_page(runtime, prices, Price, cursor=cursor, size=size)


@app.get("/prices/{identifier}/latest", response_model=Price)
def read_latest(identifier: str, as_of: AwareDatetime | None = None) -> Any:
    """Read the last price of an asset, now or as of a time."""
    is_asked = ExternalPricesTS.asset_identifier == identifier
    return runtime.latest(ExternalPricesTS, is_asked, as_of=as_of).scalars().one()
