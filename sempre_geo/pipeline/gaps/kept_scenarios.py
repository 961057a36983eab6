"""Who may keep a scenario for everybody, and throw one away: those who plan, each time with an entry in the log."""

from __future__ import annotations

from datetime import datetime

from sempre_geo.gaps.scenarios import Scenario
from sempre_geo.pipeline.community.desk import Asker, now, open_community, privileged
from sempre_geo.pipeline.gaps.whatif_saved import remove_scenario, save_scenario
from sempre_geo.settings import Settings

_ACTION = "keep a scenario"


def keep_scenario(settings: Settings, region: str, scenario: Scenario, *, by: Asker, at: datetime | None = None) -> str:
    """Save a scenario under its name, for all who open the region; gives the key it is kept under.

    Raises
    ------
    NotAllowedError
        The asker is neither coordinator nor policymaker here.
    InputError
        Its name has no letter or digit.
    """
    _check(settings, region, scenario.name, by=by, at=at)
    return save_scenario(settings, region, scenario)


def drop_scenario(settings: Settings, region: str, name: str, *, by: Asker, at: datetime | None = None) -> None:
    """Throw a kept scenario away; proposals that had its results attached keep them.

    Raises
    ------
    NotAllowedError
        The asker is neither coordinator nor policymaker here.
    MissingFileError
        None is kept under this name.
    """
    _check(settings, region, name, by=by, at=at)
    remove_scenario(settings, region, name)


def _check(settings: Settings, region: str, name: str, *, by: Asker, at: datetime | None) -> None:
    scopes = (f"region:{region}",)
    with open_community(settings).writing() as transaction:
        privileged(settings, transaction, by, action=_ACTION, thing=name, scopes=scopes, at=at or now())
