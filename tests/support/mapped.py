"""Our classes, mapped and configured once, before processes are forked from this one."""

from importlib import import_module

from msm.base import MarketsBase

for graph in ("msm.models", "msm_portfolio.models", "msm_pricing.models"):
    import_module(graph)
MarketsBase.registry.configure()
