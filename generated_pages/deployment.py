"""The order of a deployment without downtime, for ``docs/deployment.md``."""

__all__ = ["diagrams"]

ORDER = """
digraph deployment {
    rankdir=LR; fontname="sans-serif"; nodesep=0.15; ranksep=0.35;
    node [shape=box, style="rounded,filled", fillcolor="#e8eaf6", color="#9e9e9e",
          fontname="sans-serif", fontsize=11];
    edge [color="#616161", fontname="sans-serif", fontsize=10];
    node [fillcolor="#c5cae9"];
    expand [label="1. expand\\nthe job upgrades:\\nnew columns may be NULL"];
    deploy [label="2. deploy\\nservices wait by the check,\\nthen replace the old ones"];
    fill [label="3. fill\\nold rows get their values"];
    contract [label="4. contract\\nin a later release the job\\ndrops what nobody reads"];
    expand -> deploy -> fill -> contract;
    node [fillcolor="#ffffff", shape=plaintext, style=""];
    first [label="columns: old and new\\nservices: old"];
    second [label="columns: old and new\\nservices: old and new"];
    third [label="columns: old and new\\nservices: new"];
    fourth [label="columns: new\\nservices: new"];
    edge [style=dotted, arrowhead=none];
    expand -> first [constraint=false];
    deploy -> second [constraint=false];
    fill -> third [constraint=false];
    contract -> fourth [constraint=false];
    {rank=same; expand; first} {rank=same; deploy; second}
    {rank=same; fill; third} {rank=same; contract; fourth}
}
"""


def diagrams() -> dict[str, str]:
    """The Graphviz source of the picture, by its path below ``docs``."""
    return {"deployment.svg": ORDER}
