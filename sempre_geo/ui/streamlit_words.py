"""What Streamlit itself writes in English, in the reader's language; ``components/page`` puts it there."""

from __future__ import annotations

from collections.abc import Mapping

from sempre_geo.i18n import gettext as _

HIDDEN = ""
_ANY = "*"


def streamlit_words() -> Mapping[str, str]:
    """Streamlit's texts and what stands there instead; a star stands for any text, an empty one hides the entry.

    Ours differ from Streamlit's in English, too: they are the plain words of the other pages, and a test that finds
    one of Streamlit's own knows that it was not exchanged.
    """
    return {**_page(), **_lists(), **_fields(), **_files(), **_tables(), **_troubles()}


def _page() -> Mapping[str, str]:
    return {
        **dict.fromkeys(("App pages", "Sidebar", "Expand sidebar"), _("Pages")),
        "Collapse sidebar": _("Close it"),
        f"{_ANY} more": _("{n} more").format(n=_ANY),
        "Skip to main content": _("Go to the content"),
        "Main menu": _("Menu"),
        "Theme": _("Appearance"),
        "System": _("As on this device"),
        "Light": _("Bright"),
        "Dark": _("Darkened"),
        "Print": _("Print it"),
        "Close": _("Close it"),
        "Dismiss": _("Close it"),
        "Notifications": _("Messages"),
        "streamlit_folium.st_folium": _("On the map"),
    }


def _lists() -> Mapping[str, str]:
    choose, nothing, empty = _("Choose"), _("Nothing found"), _("Empty this field")
    return {
        **dict.fromkeys(("Choose an option", "Choose options", "Add an option", "Add options"), choose),
        **dict.fromkeys(("Selectbox options", "Multiselect options", "Choose or add options"), choose),
        **dict.fromkeys(("No results", "No options to select", "No options to select.", "No options"), nothing),
        **dict.fromkeys(("Clear value", "Clear all", "Clear entry", "Clear selection"), empty),
        "Open": _("Show the list"),
        "Select all": _("All"),
        f"Select {_ANY} matches": f"{_('All')} ({_ANY})",
        "Selected values": _("Chosen"),
        f"Remove {_ANY}": f"{_('Take out')}: {_ANY}",
    }


def _fields() -> Mapping[str, str]:
    wrong = _("This number is too small or too large.")
    return {
        "Decrement": _("Less"),
        "Increment": _("More"),
        f"Number is {_ANY}": wrong,
        "Show password": _("Show the password"),
        "Hide password": _("Hide it"),
    }


def _files() -> Mapping[str, str]:
    choose, again, kind = (
        _("Choose a file"),
        _("The file did not arrive; choose it again."),
        _("Files of this kind cannot be used here."),
    )
    return {
        **dict.fromkeys(("Upload", "Browse files", "Add files", "Only one file is allowed."), choose),
        f"Drag and drop {_ANY} here": _("Let the file go here"),
        f"File must be {_ANY} or smaller.": _("The file is too large: at most {size}.").format(size=_ANY),
        f"{_ANY} files are not allowed.": kind,
        f"File type must be {_ANY}": kind,
        **dict.fromkeys(("Upload failed", "Click to retry upload", "Unexpected error. Please try again."), again),
        f"Cancel upload of {_ANY}": f"{_('Take out')}: {_ANY}",
    }


def _tables() -> Mapping[str, str]:
    hidden = ("Pin column", "Unpin column", "Autosize", "Hide column", "Format", "Column statistics", "Statistics")
    tools = {
        "Download as CSV": _("Save this table (CSV)"),
        "Download as PNG": _("Save as a picture"),
        "Show data": _("The same as a table"),
        "Show chart": _("Show the chart"),
        "Fullscreen": _("Large view"),
        "Close fullscreen": _("Close the large view"),
    }
    return {
        **tools,
        **{f"{tool}: {_ANY}": f"{told}: {_ANY}" for tool, told in tools.items()},
        **dict.fromkeys(("Copy Vega-Lite spec", f"Copy Vega-Lite spec: {_ANY}", "Link to heading"), HIDDEN),
        "Search": _("Search in the table"),
        "Previous Result": _("Back"),
        "Next Result": _("On"),
        "Close Search": _("Close it"),
        "Show/hide columns": _("Choose columns"),
        "Add row": _("Add a row"),
        "Delete row(s)": _("Take out"),
        "Dataframe column menu": _("Menu"),
        "Sort ascending": _("Smallest first"),
        "Sort descending": _("Largest first"),
        "Scrollable table": _("The same as a table"),
        **dict.fromkeys(hidden, HIDDEN),
    }


def _troubles() -> Mapping[str, str]:
    wait, lost = _("One moment ..."), _("There is no connection. It comes back by itself; what you wrote stays here.")
    ours = "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:"
    return {
        **dict.fromkeys(("Running...", "Connecting", "Connecting to Streamlit server", "Please wait..."), wait),
        "Connection error": _("No connection"),
        "Error": _("No connection"),
        "Stop": _("Stop this"),
        **dict.fromkeys((ours, "Unable to connect to Streamlit server", "Connection timed out."), lost),
        "Streamlit server is not responding. Are you connected to the internet?": lost,
        f"Connection failed with status {_ANY}": lost,
        "Connection lost. Please wait for the app to reconnect, then try again.": lost,
        "Your app is having trouble loading the component.": wait,
        "Page not found": _("There is no such page."),
        f"The page that you have requested {_ANY}": _("Here is the first page instead."),
        f"You have requested page {_ANY}": _("Here is the first page instead."),
    }
