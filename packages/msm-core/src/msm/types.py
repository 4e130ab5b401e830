"""Column types shared by the model files: with a name for each, a column stays one line.

Plain annotations are enough for the rest: ``str`` is VARCHAR without a length, ``float`` DOUBLE
PRECISION, ``int`` INTEGER, ``bool`` BOOLEAN, ``datetime.date`` DATE, ``uuid.UUID`` UUID, and
``datetime.datetime`` TIMESTAMP WITH TIME ZONE. ``| None`` makes a column nullable.
"""

import uuid
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Numeric, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column

__all__ = [
    "BigInt",
    "Decimal38",
    "Json",
    "JsonList",
    "Jsonb",
    "JsonbList",
    "SmallInt",
    "Str10",
    "Str12",
    "Str16",
    "Str20",
    "Str32",
    "Str50",
    "Str64",
    "Str100",
    "Str128",
    "Str255",
    "Str1024",
    "TextStr",
    "UuidKey",
]

Str10 = Annotated[str, mapped_column(String(10))]
Str12 = Annotated[str, mapped_column(String(12))]
Str16 = Annotated[str, mapped_column(String(16))]
Str20 = Annotated[str, mapped_column(String(20))]
Str32 = Annotated[str, mapped_column(String(32))]
Str50 = Annotated[str, mapped_column(String(50))]
Str64 = Annotated[str, mapped_column(String(64))]
Str100 = Annotated[str, mapped_column(String(100))]
Str128 = Annotated[str, mapped_column(String(128))]
Str255 = Annotated[str, mapped_column(String(255))]
Str1024 = Annotated[str, mapped_column(String(1024))]
TextStr = Annotated[str, mapped_column(Text)]

SmallInt = Annotated[int, mapped_column(SmallInteger)]
BigInt = Annotated[int, mapped_column(BigInteger)]
Decimal38 = Annotated[Decimal, mapped_column(Numeric(38, 18))]

# The published tables use both: PostgreSQL keeps JSON as text, and can compare and index JSONB.
Json = Annotated[dict[str, Any], mapped_column(JSON(none_as_null=True))]
Jsonb = Annotated[dict[str, Any], mapped_column(JSONB(none_as_null=True))]
# The same columns, where a document is a list.
JsonList = Annotated[list[Any], mapped_column(JSON(none_as_null=True))]
JsonbList = Annotated[list[Any], mapped_column(JSONB(none_as_null=True))]

# The database makes the key: no caller has to, and the MetaTable contract says that it does.
UuidKey = Annotated[
    uuid.UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
]
