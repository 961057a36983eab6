"""Planted texts by kind and language, made from ``planted.toml``: sentences x what is planted in them."""

from __future__ import annotations

import tomllib
from itertools import cycle
from pathlib import Path
from typing import Any

_TABLE: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("planted.toml").read_text(encoding="utf-8"))
_KINDS = {"address": "addresses", "phone": "phones", "national_id": "ids", "email": "emails"}
_PEOPLE = ["anna.kalnina", "jan_nowak", "m", "olga1984", "lisa-berg"]
_HOSTS = [("inbox", "lv"), ("post", "ee"), ("web", "de"), ("my-mail", "com")]
_EMAILS = ["{who}@{host}.{end}", "{who} @ {host}.{end}", "{who}(at){host}.{end}", "{who} [at] {host} [dot] {end}"]

COUNTRY_OF = {language: table["country"] for language, table in _TABLE.items()}
CLEAN_BY_LANGUAGE = {language: table["clean"].strip().split("\n") for language, table in _TABLE.items()}


def _planted(kind: str, table: dict[str, Any]) -> list[str]:
    words = table[_KINDS[kind]]
    if kind == "email":
        said, things = table["phones"]["said"], _emails(words)
    elif kind == "address":
        said, things = words["said"], _addresses(words)
    else:
        said, things = words["said"], words["numbers"]
    made = [sentence.format(thing) for sentence, thing in zip(cycle(said), things, strict=False)]
    return made + words.get("more", []) if kind == "address" else made


def _addresses(words: dict[str, Any]) -> list[str]:
    pairs = zip(words["streets"], cycle(words["houses"]), strict=False)
    if words.get("number_first"):
        return [f"{house} {street}" for street, house in pairs]
    return [f"{street} {house}" for street, house in pairs]


def _emails(words: dict[str, Any]) -> list[str]:
    shapes = [*_EMAILS, "{who}" + words["at"] + "{host}" + words["dot"] + "{end}"]
    return [
        shape.format(who=who, host=host, end=end)
        for who, (shape, (host, end)) in zip(
            cycle(_PEOPLE), ((shape, host) for host in _HOSTS for shape in shapes), strict=False
        )
    ]


PLANTED_BY_LANGUAGE = {(kind, language): _planted(kind, table) for kind in _KINDS for language, table in _TABLE.items()}
