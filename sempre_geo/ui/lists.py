"""Lists to choose from that show, after another language is chosen, the same choice in its words.

The browser keeps the words of a choice and sends them back: in another language they would be no choice of the list.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import streamlit as st

from sempre_geo.i18n import current_language

_Drawn = TypeVar("_Drawn", bound=Callable[..., Any])


def _said_anew(draw: _Drawn) -> _Drawn:
    """The same list, which sends the browser the words of its choice after another language."""

    @wraps(draw)
    def drawn(*asked: Any, **options: Any) -> Any:
        key = str(options.get("key") or "")
        state, said_in = st.session_state, f"{key}_said_in"
        if key in state and state.get(said_in, current_language()) != current_language():
            state[key] = state[key]
        if key:
            state[said_in] = current_language()
        return draw(*asked, **options)

    return cast("_Drawn", drawn)


selectbox = _said_anew(st.selectbox)
multiselect = _said_anew(st.multiselect)
