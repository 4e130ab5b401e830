"""Record what both engines answer: ``./dev run python -m tests.conformance.record``.

It writes the answers beside the requests of ``data/operations.json``: one answer where both agree,
or both with the reason, which docs/parity.md explains. A new difference has no reason, and the
tests refuse it.
"""

import json
import tempfile
from pathlib import Path

from msm_local.postgres.cluster import Cluster
from tests.conformance.differences import reason_for
from tests.conformance.engines import NAMES, engine
from tests.conformance.replay import DATA, Recorded, load, replay
from tests.conformance.tables import make_tables

FILE = "operations.json"


def main() -> None:
    """Rewrite the file."""
    requests = load(FILE)
    answers: dict[str, dict[str, Recorded]] = {}
    with Cluster.temporary() as cluster, tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            with engine(name, cluster, Path(folder) / name) as running:
                answers[name] = replay(running, make_tables(running), requests)
    lines = [json.dumps(_recorded(request, answers)) for request in requests]
    (DATA / FILE).write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def _recorded(request: Recorded, answers: dict[str, dict[str, Recorded]]) -> Recorded:
    kept: Recorded = {name: request[name] for name in ("name", "path", "body") if name in request}
    ours, theirs = (answers[name][request["name"]] for name in NAMES)
    if ours == theirs:
        return {**kept, "answer": ours}
    both = {"msm-local": ours, "metatables": theirs}
    return {**kept, "answers": both, "reason": reason_for(request["name"], ours, theirs)}


if __name__ == "__main__":
    main()
