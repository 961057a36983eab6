"""The pins of the map as small SVG pictures: a shape of its own for each kind of thing, cased so that it stands out."""

from __future__ import annotations

from typing import Literal, get_args

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.palette import Theme

Pin = Literal["service", "need", "idea", "proposal", "need_waiting", "idea_waiting", "here"]
ASSETS = "/assets"
PINS: tuple[str, ...] = get_args(Pin)
WIDTH_PX, HEIGHT_PX = 28, 34
_ANCHORS = {
    "service": (14, 17), "here": (14, 17), "proposal": (7, 32),
    "need": (22, 32), "idea": (6, 32),  # beside each other: many a place has both
}  # fmt: skip
_SHAPES = {
    "service": '<rect x="6" y="9" width="16" height="16" rx="3"/>',
    "need": '<path d="M14 32 C10 25 4 20 4 13 a10 10 0 0 1 20 0 C24 20 18 25 14 32 Z"/>',
    "idea": (
        '<path d="M14 3 a9.5 9.5 0 0 0 -5 17.5 V25 h10 V20.5 A9.5 9.5 0 0 0 14 3 Z M10 25 h8 v3.5 l-2 3 h-4 l-2 -3 Z"/>'
    ),
    "proposal": '<path d="M6 3 h3 v1.5 h15 l-4.5 6 4.5 6 H9 V32 H6 Z"/>',
    "here": '<circle cx="14" cy="17" r="9"/>',
}
_SIGNS = {
    "service": '<path d="M14 13 v8 M10 17 h8"/>',
    "need": '<path d="M14 8 v6 M14 17.6 v.6"/>',
    "idea": '<path d="M11 12.5 l3 3 3 -3 M14 15.5 V21"/>',
    "here": '<circle cx="14" cy="17" r="3"/>',
}


def pin_svg(pin: str, theme: Theme) -> str:
    """One pin as SVG text, 28 by 34 px; what awaits review is hollow.

    Raises
    ------
    InputError
        There is no such pin.

    >>> from sempre_geo.settings import read_settings
    >>> from sempre_geo.publish.palette import read_themes
    >>> pin_svg("need", read_themes(read_settings({}))["light"]).count("#D55E00")
    1
    """
    if pin not in PINS:
        raise InputError(_("There is no pin '{pin}'; choose one of {known}.").format(pin=pin, known=", ".join(PINS)))
    kind, waiting = pin.removesuffix("_waiting"), pin.endswith("_waiting")
    shape, colour = _SHAPES[kind], theme.pin(kind)
    fill = theme.casing if waiting or kind == "here" else colour
    sign = colour if waiting or kind == "here" else theme.casing
    edge = f' stroke="{colour}" stroke-width="2"' if waiting or kind == "here" else ""
    inner = f'<g fill="{fill}"{edge}>{shape}</g>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{HEIGHT_PX}" '
        f'viewBox="-1 -1 {WIDTH_PX + 2} {HEIGHT_PX + 2}" stroke-linejoin="round">'
        f'<g fill="none" stroke="{theme.outline}" stroke-width="5.4">{shape}</g>'
        f'<g fill="none" stroke="{theme.casing}" stroke-width="4">{shape}</g>{inner}'
        f'<g fill="none" stroke="{sign}" stroke-width="2.2" stroke-linecap="round">{_SIGNS.get(kind, "")}</g></svg>'
    )


def pin_anchor(pin: str) -> tuple[int, int]:
    """The pixel of a pin that stands on its place: the middle of a square, the foot of a flag.

    Needs stand a little left and ideas a little right of their place, which is masked and never exact.

    >>> pin_anchor("service"), pin_anchor("proposal")
    ((14, 17), (7, 32))
    """
    return _ANCHORS[pin.removesuffix("_waiting")]
