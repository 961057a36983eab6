"""The style sheet and the scripts of the light pages, under a name that changes with their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sempre_geo.publish.palette import Theme, read_themes
from sempre_geo.settings import Settings

BASE = "/light"
_FOLDER = Path(__file__).with_name("static")
_MEDIA = {"light.css": "text/css", "light.js": "text/javascript", "map.js": "text/javascript"}
_COLOURS = ("ground", "panel", "ink", "quiet", "border", "primary", "on_primary", "need", "idea", "proposal")


@dataclass(frozen=True)
class Files:
    """Every file by name, and the version that stands in their addresses."""

    content: Mapping[str, str]
    version: str

    def address(self, name: str) -> str:
        """Where a file is served; it may be kept for ever, as another content has another address."""
        return f"{BASE}/files/{self.version}/{name}"


def media_type(name: str) -> str:
    """What a file is."""
    return _MEDIA[name]


@lru_cache(maxsize=4)
def read_files(settings: Settings) -> Files:
    """The files with the palette's colours in them."""
    content = {name: (_FOLDER / name).read_text(encoding="utf-8") for name in _MEDIA}
    content["light.css"] = _colours(read_themes(settings)) + content["light.css"]
    digest = hashlib.sha256("".join(content[name] for name in sorted(content)).encode()).hexdigest()
    return Files(content, digest[:12])


def read_service_worker(settings: Settings) -> str:
    """The service worker, which knows the addresses of the files it keeps."""
    files = read_files(settings)
    kept = [files.address(name) for name in ("light.css", "light.js")]
    facts = {"base": BASE, "version": files.version, "kept": kept}
    return f"const SITE = {json.dumps(facts)};\n" + (_FOLDER / "worker.js").read_text(encoding="utf-8")


def _colours(themes: Mapping[str, Theme]) -> str:
    return f"{_variables(themes['light'])}@media screen and (prefers-color-scheme:dark){{{_variables(themes['dark'])}}}"


def _variables(theme: Theme) -> str:
    return ":root{" + "".join(f"--{name}:{getattr(theme, name)};" for name in _COLOURS) + "}"
