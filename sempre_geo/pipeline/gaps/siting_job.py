"""Use case: a search for the best sites that goes on while the page shows how far it is, and that can be stopped."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from functools import partial

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language, set_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.siting import SitingPlan, SitingQuestion, best_sites
from sempre_geo.settings import Settings

LONGEST_S = 15 * 60.0


@dataclass(frozen=True)
class SitingState:
    """How far a search is.

    Attributes
    ----------
    running
        Whether it still searches.
    stage, share
        What it does, and how much of the whole is done before the search itself begins.
    objective, bound, gap
        The best choice so far, what none can be better than, and how far apart they are relative to the best; None
        before a first choice is found.
    plan
        The answer once it is there: proven where its gap is 0, else the best found before the end or the stop.
    problem
        Why there is no answer, in one sentence; empty otherwise.
    """

    running: bool = True
    stage: str = ""
    share: float = 0.0
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    plan: SitingPlan | None = None
    problem: str = ""


@dataclass(eq=False)
class SitingJob:
    """One search in the background. Any thread may look at it or stop it."""

    question: SitingQuestion
    language: str = field(default_factory=current_language)  # of whoever began it, as it works in a thread of its own
    started: float = field(default_factory=time.monotonic)
    _state: SitingState = field(default_factory=SitingState)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wanted: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def state(self) -> SitingState:
        """How far it is now."""
        with self._lock:
            return self._state

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.started

    def stop(self) -> None:
        """End the search with the best found so far; the solver hears it within a moment."""
        self._wanted.set()

    def wait(self, seconds: float | None = None) -> SitingState:
        """The state at the end, or after so many seconds."""
        self._ended.wait(seconds)
        return self.state

    def _tell(self, **news: object) -> None:
        with self._lock:
            self._state = replace(self._state, **news)  # type: ignore[arg-type]  # names are those of the state

    def _progress(self, stage: str, share: float) -> None:
        self._tell(stage=stage, share=share)

    def _improved(self, objective: float, bound: float) -> bool:
        self._tell(objective=objective, bound=bound, gap=abs(objective - bound) / max(abs(objective), 1e-12))
        return self._wanted.is_set()

    def _run(self, settings: Settings, region: str, time_limit_s: float) -> None:
        set_language(self.language)
        try:
            plan = best_sites(
                settings, region, self.question, time_limit_s=time_limit_s, on_improvement=self._improved,
                progress=self._progress, stopped=self._wanted.is_set,
            )  # fmt: skip
            self._tell(plan=plan, objective=plan.objective, bound=plan.bound, gap=plan.gap)
        except SempreGeoError as refusal:
            self._tell(problem=str(refusal))
        except Exception:
            self._tell(problem=_("The search ended unexpectedly; the log tells the developers more."))
            raise
        finally:
            self._tell(running=False)
            self._ended.set()


def start_siting(
    settings: Settings, region: str, question: SitingQuestion, *, time_limit_s: float = LONGEST_S
) -> SitingJob:
    """Begin a search in the background; what cannot be asked ends in the state's ``problem``."""
    job = SitingJob(question)
    work = partial(job._run, settings, region, time_limit_s)  # noqa: SLF001 - the job's own work
    threading.Thread(target=work, name="siting", daemon=True).start()
    return job
