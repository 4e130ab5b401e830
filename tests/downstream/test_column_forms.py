"""Defaults, computed columns and expressions survive the whole way of a revision."""

from collections.abc import Mapping

import pytest
from psycopg import Connection

from tests.downstream.conftest import Project
from tests.downstream.cycle import go_round, models_of

pytestmark = pytest.mark.slow

FORMS = r"""
    class Form(MarketsMetaTable):
        '''One column of each form.'''

        __application__ = "acme"

        number: Mapped[int] = mapped_column(Identity(start=5), primary_key=True)
        serial: Mapped[int] = mapped_column(Identity(always=True))
        price: Mapped[int] = mapped_column(comment="5% of 'it'.")
        double: Mapped[int] = mapped_column(Computed("price * 2", persisted=True))
        rest: Mapped[int] = mapped_column(Computed("price % 7", persisted=True))
        plain: Mapped[Json] = mapped_column(server_default="{}")
        binary: Mapped[Jsonb] = mapped_column(server_default=text("'{\"a\": [\"it''s\"]}'"))
        quoted: Mapped[str] = mapped_column(server_default="it's")
        percent: Mapped[str] = mapped_column(server_default="5% off")
        formed: Mapped[str] = mapped_column(server_default=text("'5% off'"))

        __table_args__ = (
            CheckConstraint("price % 7 < 9", name="rest"),
            CheckConstraint("quoted NOT LIKE '%x%'", name="no_x"),
            Index(None, "price", postgresql_where=text("price % 7 = 0")),
            Index("ix__acme__form__rest", text("(price % 5)")),
            Index("ix__acme__form__quoted", "quoted", postgresql_where=text("quoted LIKE 'a%'")),
        )
"""


def test_every_form_of_a_column_goes_round(
    acme: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    models_of(acme, FORMS, "Form")
    text = go_round(acme, environment)
    assert "%%" not in text
    superuser.execute("INSERT INTO acme__form (price) VALUES (9)")
    row = superuser.execute(
        'SELECT number, serial, "double", rest, quoted, percent, formed FROM acme__form'
    ).fetchone()
    assert row == (5, 1, 18, 2, "it's", "5% off", "5% off")
    allowed = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    down = acme.migrate("downgrade", "acme@base", environment=allowed)
    assert down.exit_code == 0, down.stderr
    left = superuser.execute("SELECT to_regclass('acme__form')").fetchone()
    assert left == (None,)
