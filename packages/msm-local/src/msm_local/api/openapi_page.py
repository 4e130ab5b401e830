"""The description of the API as a page: plain HTML, which works without a network."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from msm_local.api.openapi import operations

__all__ = ["body", "page"]

STYLE = "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto}pre{background:#eee}"


def page(description: Mapping[str, Any]) -> str:
    """The HTML of an OpenAPI description."""
    title = escape(description["info"]["title"])
    head = f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
    return f"{head}\n{body(description)}"


def body(description: Mapping[str, Any]) -> str:
    """The part of the page below its head, for a page that has a head of its own."""
    info = {name: escape(text) for name, text in description["info"].items()}
    parts = [f"<h1>{info['title']} {info['version']}</h1><p>{info['description']}</p>"]
    for path, verb, operation in operations(description):
        parts += [f"<h2><code>{verb.upper()} {escape(path)}</code></h2>", *_operation(operation)]
    for name, schema in description["components"]["schemas"].items():
        text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
        parts.append(f'<h3 id="{escape(name)}">{escape(name)}</h3><pre>{text}</pre>')
    return "\n".join(parts)


def _operation(operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<p>{escape(operation['description'])}</p>"
    for parameter in operation.get("parameters", []):
        yield f"<li>{parameter['in']} <code>{escape(parameter['name'])}</code>"
    if "requestBody" in operation:
        yield f"<p>Body: {_schema(operation['requestBody'])}</p>"
    for status, response in operation["responses"].items():
        lines = escape(response["description"]).replace("\n", "<br>")
        yield f"<p><b>{status}</b> {_schema(response)}<br>{lines}</p>"


def _schema(holder: Mapping[str, Any]) -> str:
    if "content" not in holder:
        return ""
    schema = holder["content"]["application/json"]["schema"]
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    return f"<code>{escape(json.dumps(schema))}</code>"
