"""Colours come from one table, and what must stand out does."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sempre_geo.errors import InputError
from sempre_geo.publish.palette import Theme, contrast, read_themes
from sempre_geo.settings import Settings, read_settings

THEMES = tuple(read_themes(read_settings({})).values())
CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
both = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)


@both
def test_a_pin_stands_out_on_every_time_step_by_its_casing_or_its_outline(theme: Theme) -> None:
    for step in (*theme.time, theme.unknown, theme.land["land"], theme.land["water"]):
        assert max(contrast(theme.casing, step), contrast(theme.outline, step)) >= 3


@both
def test_the_hatch_of_no_same_day_visit_or_its_ground_stands_out_on_every_time_step(theme: Theme) -> None:
    for step in theme.time:
        assert max(contrast(theme.no_visit, step), contrast(theme.ground, step)) >= 3
    assert contrast(theme.no_visit, theme.ground) >= 4.5


@both
def test_time_steps_grow_in_one_direction_of_lightness(theme: Theme) -> None:
    against_black = [contrast(step, "#000000") for step in theme.time]
    assert against_black in (sorted(against_black), sorted(against_black, reverse=True))


@both
def test_text_is_readable_on_ground_and_panel(theme: Theme) -> None:
    for colour in (theme.ink, theme.quiet, theme.primary):
        assert contrast(colour, theme.ground) >= 4.5
        assert contrast(colour, theme.panel) >= 4.5
    assert contrast(theme.primary, theme.on_primary) >= 4.5
    assert contrast(theme.land["name"], theme.land["land"]) >= 4.5


@both
def test_the_pages_theme_repeats_the_palette(theme: Theme) -> None:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][theme.name]
    assert config["backgroundColor"] == theme.ground
    assert config["secondaryBackgroundColor"] == theme.panel
    assert config["textColor"] == theme.ink
    assert config["primaryColor"] == theme.primary
    assert config["borderColor"] == theme.border


def test_every_wrong_colour_is_named_at_once(settings: Settings) -> None:
    settings.layers.mkdir(parents=True)
    (settings.layers / "palette.toml").write_text('[light]\nground = "white"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"light\.ground.*light\.panel"):
        read_themes(settings)
