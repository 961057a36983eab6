"""Interactive maps for Leaflet, by folium: the constant base map, the shaded grid, pins. Here (lon, lat) is swapped."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
from branca.element import MacroElement
from folium.map import CustomPane, Layer
from folium.template import Template

from sempre_geo.publish.palette import Theme
from sempre_geo.publish.pins import ASSETS, HEIGHT_PX, PINS, WIDTH_PX, pin_anchor
from sempre_geo.publish.tile_shapes import FIRST_ZOOM, LAST_ZOOM

_DECIMALS = 5
_MANY = 400
_SHOWN = 0.82
_NAMES_PANE = "names"
_VIEW_MARGIN_DEG = 0.35
_UNSEEN = re.compile("[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def serve_leaflet_ourselves() -> None:
    """Point folium at our own copies of Leaflet and jQuery, once at start; by default it asks other hosts."""
    folium.Map.default_js = [
        ("leaflet", f"{ASSETS}/leaflet/leaflet.js"),
        ("jquery", f"{ASSETS}/jquery/jquery.min.js"),
    ]
    folium.Map.default_css = [("leaflet_css", f"{ASSETS}/leaflet/leaflet.css")]


def base_map(
    region: str, *, bbox: tuple[float, float, float, float], theme: Theme, online_tiles: str = ""
) -> folium.Map:
    """The map without its layers, always the same for one region and theme; what it says comes with `spoken`.

    Zooms go in half steps, so that a region fills its frame, and tiles have double resolution, so that half steps
    are sharp. Names lie on a pane of their own above the layers, so that a shaded grid does not hide them.

    Parameters
    ----------
    bbox
        (west, south, east, north) in degrees.
    online_tiles
        A tile address of the operator's choice instead of the region's own tiles.
    """
    west, south, east, north = bbox
    map_ = folium.Map(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=10,
        tiles=None,
        min_zoom=FIRST_ZOOM,
        max_zoom=LAST_ZOOM,
        max_bounds=True,
        min_lat=south - _VIEW_MARGIN_DEG,
        max_lat=north + _VIEW_MARGIN_DEG,
        min_lon=west - 2 * _VIEW_MARGIN_DEG,
        max_lon=east + 2 * _VIEW_MARGIN_DEG,
        control_scale=True,
        zoom_snap=0.5,
    )
    CustomPane(_NAMES_PANE, z_index=450).add_to(map_)
    ours = f"/tiles/{region}/{theme.name}"
    TileAddress(online_tiles or f"{ours}/{{z}}/{{x}}/{{y}}@2x.png").add_to(map_)
    if not online_tiles:
        TileAddress(f"{ours}-names/{{z}}/{{x}}/{{y}}@2x.png", pane=_NAMES_PANE).add_to(map_)
    PromptTaps().add_to(map_)  # type: ignore[no-untyped-call] # branca has no types
    map_.fit_bounds([(south, west), (north, east)])
    map_.get_root().header.add_child(folium.Element(_frame_style(theme)))  # type: ignore[attr-defined] # a Figure
    return map_


def _frame_style(theme: Theme) -> str:
    """The frame fills its place, whatever height the page gives it, and its controls follow the theme."""
    return (
        "<style>.leaflet-container img.leaflet-tile{width:256.5px!important;height:256.5px!important}"
        "#map_div{position:absolute!important;inset:0;width:auto!important;height:auto!important}body{margin:0}"
        f".leaflet-container{{font:14px/1.4 'Source Sans',sans-serif;cursor:pointer;background:{theme.land['land']}}}"
        ".leaflet-bar a,.leaflet-control-attribution,.leaflet-control-scale-line,.leaflet-tooltip"
        f"{{background:{theme.ground}!important;color:{theme.ink}!important;border-color:{theme.border}!important}}"
        f".leaflet-control-attribution a{{color:{theme.primary}!important}}"
        ".leaflet-bar a{width:44px!important;height:44px!important;line-height:44px!important;font-size:22px}"
        ".leaflet-control-attribution{font-size:11px}.leaflet-control-scale-line:not(:first-child){display:none}"
        ".leaflet-tooltip{font-size:15px;max-width:280px;white-space:normal}</style>"
    )


class TileAddress(Layer):
    """Tiles by their address; folium's own layer first looks through the names of a few hundred others' servers."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.tileLayer({{ this.address|tojson }}, {{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, address: str, *, pane: str = "tilePane") -> None:
        super().__init__(name="tiles", overlay=True, control=False, show=True)
        self._name = "TileAddress"
        self.address = address
        self.options = {
            "minZoom": FIRST_ZOOM, "maxZoom": LAST_ZOOM, "pane": pane
        }  # fmt: skip


class PromptTaps(MacroElement):
    """Hands a tap on at once: streamlit-folium's own script waits a quarter of a second for a possible second one.

    What was handed on is noted where that script compares, so that it does not send the same again.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}.on("click", function (tap) {
            var told = {last_clicked: tap.latlng};
            window.__GLOBAL_DATA__.previous_data = told;
            window.Streamlit.setComponentValue(told);
        });
        {% endmacro %}
        """
    )


class Spoken(Layer):
    """What the map's own corner and buttons say, as a layer without anything to draw: base maps have no language."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.layerGroup([], {attribution: {{ this.credit|tojson }}});
        {{ this.get_name() }}.on("add", function () {
            var names = {{ this.names|tojson }};
            this._map.getContainer().querySelectorAll("[class*=leaflet-control-zoom-]").forEach(function (button) {
                var told = button.classList.contains("leaflet-control-zoom-in") ? names.nearer : names.farther;
                button.title = told;
                button.setAttribute("aria-label", told);
            });
        });
        {% endmacro %}
        """
    )

    def __init__(self, credit: str, *, nearer: str, farther: str) -> None:
        super().__init__(name="spoken", overlay=True, control=False, show=True)
        self._name = "Spoken"
        self.credit = html.escape(credit)
        self.names = {"nearer": nearer, "farther": farther}


def spoken(credit: str, *, nearer: str, farther: str) -> folium.FeatureGroup:
    """Who made the map's data, and the names of its two buttons, in the reader's language; plain texts."""
    group = folium.FeatureGroup(name="spoken")
    Spoken(credit, nearer=nearer, farther=farther).add_to(group)
    return group


class PictureLayer(Layer):
    """A picture by its address; folium's own overlay takes an address of ours for a file and tries to read it."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.imageOverlay({{ this.address|tojson }}, {{ this.bounds|tojson }},
            {opacity: {{ this.opacity|tojson }}, interactive: false, alt: ""});
        {% endmacro %}
        """
    )

    def __init__(self, address: str, bbox: tuple[float, float, float, float], *, opacity: float) -> None:
        super().__init__(name="picture", overlay=True, control=False, show=True)
        self._name = "PictureLayer"
        west, south, east, north = bbox
        self.address, self.opacity = address, opacity
        self.bounds = [[south, west], [north, east]]


def grid_overlay(
    address: str, bbox: tuple[float, float, float, float], *, opacity: float = 0.82
) -> folium.FeatureGroup:
    """A picture from our own server laid over ``bbox``."""
    group = folium.FeatureGroup(name="grid")
    PictureLayer(address, bbox, opacity=opacity).add_to(group)
    return group


def inert(text: object) -> str:
    """User text that a page can only show: no markup, no control, zero-width or direction-changing characters.

    >>> inert("<img src=x onerror=alert(1)>")
    '&lt;img src=x onerror=alert(1)&gt;'
    >>> inert(None)
    ''
    """
    return "" if text is None or text != text else html.escape(_UNSEEN.sub(" ", str(text)))  # noqa: PLR0124 - NaN


def to_features(places: gpd.GeoDataFrame, *, pins: Sequence[str], labels: Sequence[object]) -> Mapping[str, Any]:
    """Places as GeoJSON with a pin and a label each: the only way by which texts come onto a map, and all are inert.

    >>> empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    >>> to_features(empty, pins=[], labels=[])["features"]
    []
    """
    positions = np.column_stack([places.geometry.x, places.geometry.y]).round(_DECIMALS).tolist()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": position},
                "properties": {"pin": inert(pin), "label": inert(label)},
            }
            for position, pin, label in zip(positions, pins, labels, strict=True)
        ],
    }


class PinLayer(Layer):
    """Pins with a hover text; beyond a few hundred they are drawn as dots, which stay quick."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.geoJson({{ this.features|tojson }}, {
            pointToLayer: function (feature, at) {
                var pin = feature.properties.pin, marker;
                if ({{ this.as_dots|tojson }}) {
                    marker = L.circleMarker(at, {radius: 4, weight: 1.5, fillOpacity: 1,
                        color: {{ this.casing|tojson }}, fillColor: {{ this.colours|tojson }}[pin]});
                } else {
                    marker = L.marker(at, {keyboard: false, bubblingMouseEvents: true, alt: "",
                        zIndexOffset: {{ this.raised|tojson }}[pin] || 0, icon: L.icon({
                        iconUrl: {{ this.address|tojson }} + pin + ".svg", iconSize: {{ this.size|tojson }},
                        iconAnchor: {{ this.anchors|tojson }}[pin]})});
                }
                return feature.properties.label ? marker.bindTooltip(feature.properties.label) : marker;
            }
        });
        {% endmacro %}
        """
    )

    def __init__(self, features: Mapping[str, Any], theme: Theme) -> None:
        super().__init__(name="pins", overlay=True, control=False, show=True)
        self._name = "PinLayer"
        self.features = features
        self.as_dots = len(features["features"]) > _MANY
        self.address = f"{ASSETS}/pins/{theme.name}/"
        self.anchors = {pin: [round(_SHOWN * at) for at in pin_anchor(pin)] for pin in PINS}
        self.colours = {pin: theme.pin(pin.removesuffix("_waiting")) for pin in PINS}
        self.casing = theme.casing
        self.size = [round(_SHOWN * WIDTH_PX), round(_SHOWN * HEIGHT_PX)]
        self.raised = {"service": 1000, "here": 2000}


def pin_group(features: Mapping[str, Any], theme: Theme) -> folium.FeatureGroup:
    """A group of pins to hand to the map beside the constant base."""
    group = folium.FeatureGroup(name="pins")
    PinLayer(features, theme).add_to(group)
    return group
