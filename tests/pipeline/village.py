"""People who tell, support, merge and erase at random, and their numbers added up row by row."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import AWAITING, PUBLIC, Draft, Place
from sempre_geo.community.store.contributions import load_contribution
from sempre_geo.community.store.networks import load_heard_in
from sempre_geo.community.store.outreach import load_moments
from sempre_geo.community.store.public_rows import load_people_counted, tallies_of
from sempre_geo.errors import SempreGeoError
from sempre_geo.pipeline.community.contributions import contest_with_code, erase_with_code, tell
from sempre_geo.pipeline.community.desk import open_community
from sempre_geo.pipeline.community.duplicates import merge, unmerge
from sempre_geo.pipeline.community.own_changes import Change, change_with_code
from sempre_geo.pipeline.community.review import answer, do_not_publish, publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice, withdraw_voice
from sempre_geo.pipeline.community.way import stages_of_like

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
SPOTS = [Place(lon=20.0, lat=57.0), Place(lon=20.3, lat=57.0), Place(municipality_id="m1"), Place(lon=20.9, lat=57.3)]


class Village:
    """People who tell, support, merge, answer and erase at random.

    Remembers codes, steps, which merges are not undone, and of what was merged while it waited what had no step since.
    """

    def __init__(self, settings, region, seed):
        self.settings, self.region, self.draw = settings, region, random.Random(seed)
        self.codes, self.voices, self.merges, self.minute = {}, [], {}, 0
        self.steps, self.as_read = {}, set()

    def step(self):
        acts = [self.tell, self.tell, self.publish, self.publish, self.voice, self.merge, self.unmerge, self.erase]
        self.take(self.draw.choice([*acts, self.refuse, self.change, self.withdraw]))

    def take(self, act):
        try:
            act()
        except (SempreGeoError, IndexError):
            return  # what cannot be done now changes nothing

    def some(self):
        return self.draw.choice(list(self.codes))

    def later(self):
        self.minute += self.draw.randint(0, 1)
        return AT + timedelta(minutes=self.minute)

    def step_of(self, one, status, reason=""):
        self.steps.setdefault(one, []).append((self.minute, status, reason))
        self.as_read.discard(one)

    def tell(self):
        draft = Draft(
            "need", self.draw.choice(["gp", "library"]),
            f"{self.draw.choice(['text', 'text', 'he hits me'])} {len(self.codes)}", self.draw.choice(SPOTS),
            groups=tuple(self.draw.sample(["women", "over_64"], self.draw.randint(0, 2))),
            shown_alone=self.draw.random() < 0.5,
        )  # fmt: skip
        said = tell(self.settings, self.region, draft=draft, at=self.later())
        self.codes[said.id] = said.claim_code

    def publish(self):
        one = self.some()
        publish(self.settings, one, by=OPERATOR, at=self.later())
        self.step_of(one, "published")

    def refuse(self):
        one = self.some()
        do_not_publish(self.settings, one, by=OPERATOR, reason="no", at=self.later())
        self.step_of(one, "not_published")

    def contest(self):
        one = self.some()
        contest_with_code(self.settings, self.codes[one], why="Look again", at=self.later())
        self.step_of(one, "in_review")

    def answer(self):
        one, said = self.some(), f"answer {self.draw.random()}"
        answer(self.settings, one, by=OPERATOR, text=said, at=self.later())
        self.step_of(one, "answered", said)

    def change(self):
        other = self.draw.choice([{}, {"category": "gp"}, {"category": "library"}])
        change = Change(text=f"changed {self.draw.random()}", **other)
        one = self.some()
        change_with_code(self.settings, self.codes[one], change=change, at=self.later())
        self.step_of(one, "received")

    def voice(self):
        given = add_voice(self.settings, self.some(), voter=str(self.draw.random()), at=AT)
        self.voices.append(given.claim_code)

    def withdraw(self):
        withdraw_voice(self.settings, self.voices.pop())

    def merge(self):
        one, into = self.some(), self.some()
        number = merge(self.settings, one, into=into, by=OPERATOR, at=self.later())
        self.merges.setdefault(one, (number, into, self.minute))
        assert self.merges[one][:2] == (number, into)
        with open_community(self.settings).reading() as transaction:
            if load_contribution(transaction, one)["status"] in AWAITING:
                self.as_read.add(one)

    def unmerge(self):
        one = self.draw.choice(list(self.merges))
        number, into, _minute = self.merges[one]
        unmerge(self.settings, number, into=into, by=OPERATOR)
        self.as_read.discard(one)
        del self.merges[one]

    def erase(self):
        erased = self.some()
        erase_with_code(self.settings, self.codes.pop(erased))
        _number, above, _minute = self.merges.pop(erased, ("", None, 0))
        for one, (number, into, minute) in list(self.merges.items()):
            if into == erased and above:
                self.merges[one] = (number, above, minute)
            elif into == erased:
                self.as_read.discard(one)
                del self.merges[one]

    def way_up(self, one):
        while one in self.merges:
            yield (one := self.merges[one][1])

    def answers_read(self, one, into):
        """The answers to what one is counted with, since it is, with one that stood when that began."""
        way = [one, *self.way_up(one)]
        since = max(self.merges[passed][2] for passed in way[: way.index(into)])
        steps = self.steps.get(into, [])
        before = [step for step in steps if step[0] < since]
        return [reason for _minute, status, reason in steps[max(len(before) - 1, 0) :] if status == "answered"]


def check_nobody_is_lost(village):
    """Everybody who was read is counted with the last one up their way that says the same and has come as far.

    That one stands by itself; its answers reach all that are counted with it; what was not read waits in the queue.
    """
    rows, _people = _rows_and_people(village.settings)
    come = {one: (row["status"] in PUBLIC) + (row["status"] in PUBLIC | AWAITING) for one, row in rows.items()}
    waits = set()
    for one, row in rows.items():
        read = come[one] == 2 or (come[one] == 1 and one in village.as_read)
        above = [other for other in village.way_up(one) if read and come[other] >= come[one]]
        above = [other for other in above if rows[other]["category"] == row["category"]]
        assert row["merged_into"] == (above[-1] if above else None)
        assert row["merged_into"] is None or rows[row["merged_into"]]["merged_into"] is None
        waits |= {one} if come[one] == 1 and not above else set()
    assert set(review_queue(village.settings, village.region, by=OPERATOR)["id"]) == waits
    with open_community(village.settings).reading() as transaction:
        for one, row in rows.items():
            told = [stage.reason for stage in stages_of_like(transaction, row)]
            assert told == (village.answers_read(one, row["merged_into"]) if row["merged_into"] else [])


def check_list(settings, shown):
    """Decide for every row by itself whether and how anybody sees it, and compare with the list that was shown."""
    rows, people = _rows_and_people(settings)
    with open_community(settings).reading() as transaction:
        zones = {row["id"]: row for row in transaction.execute(text("SELECT * FROM zones")).mappings()}
    expected = []
    for row in sorted(rows.values(), key=lambda row: row["id"]):
        hidden = row["merged_into"] or (row["topic"] and not row["shown_alone"])
        held_back = row["status"] in AWAITING and any(mark in row["findings"] for mark in ("danger", "sent_too_fast"))
        if row["status"] not in PUBLIC | AWAITING or hidden or held_back:
            continue
        zone = zones.get(row["zone_id"]) if row["precision"] != "municipality" else None
        read = row["status"] in PUBLIC
        expected.append(
            row | {name: row[name] if read else "" for name in ("title", "text")}
            | {"status": row["status"] if read else "awaiting_review", "voices": people[row["id"]] - 1}
            | {name: zone[name] if zone else None for name in ("lon", "lat", "accuracy_m")}
            | {"place_name": zone["name"] if zone else row["municipality"]}
        )  # fmt: skip
    expected.sort(key=lambda row: row["created_at"], reverse=True)
    names = [name for name in shown.columns if name not in {"masked", "as_of"}]
    plain = shown[names].astype(object).where(shown[names].notna(), None).to_numpy().tolist()
    assert plain == [[row[name] for name in names] for row in expected]


def _rows_and_people(settings):
    with open_community(settings).reading() as transaction:
        rows = {row["id"]: dict(row) for row in transaction.execute(text("SELECT * FROM contributions")).mappings()}
        given = list(transaction.execute(text("SELECT contribution_id FROM voices")).scalars())
    people = Counter(row["merged_into"] or row["id"] for row in rows.values())
    people.update(rows[one]["merged_into"] or one for one in given)
    return rows, people


def check_sums(settings, region):
    """Add up every row by itself, as the store has them."""
    rows, people = _rows_and_people(settings)
    with open_community(settings).reading() as transaction:
        tallies = tallies_of(load_people_counted(transaction, region, before="9999"))
    by_place, by_word, by_group, by_settlement, by_municipality = (Counter() for _sum in range(5))
    for row in rows.values():
        if row["status"] in PUBLIC and row["merged_into"] is None:
            by_settlement[row["settlement_id"]] += people[row["id"]]
            by_municipality[row["municipality_id"]] += people[row["id"]]
            by_place[row["zone_id"], row["category"], row["topic"]] += people[row["id"]]
            by_word[row["category"], row["obstacle"], row["about"], row["kind"], row["topic"]] += people[row["id"]]
            for group in _listed(row["groups"]):
                by_group[row["zone_id"], group, row["topic"]] += people[row["id"]]
    for table, expected in ((tallies.by_place, by_place), (tallies.by_word, by_word), (tallies.by_group, by_group)):
        plain = table.astype(object).where(table.notna(), None)
        assert {tuple(row[:-1]): row[-1] for row in plain.itertuples(index=False)} == dict(expected)
    with open_community(settings).reading() as transaction:
        assert Counter(load_moments(transaction, region)["settlement_id"]) == by_settlement
        for places, heard in [((), by_municipality.total()), *(((one,), by_municipality[one]) for one in ("m1", "m2"))]:
            assert load_heard_in(transaction, region, municipalities=places, before="9999")[0] == heard


def _listed(groups) -> list[str]:
    return json.loads(groups) if isinstance(groups, str) else groups
