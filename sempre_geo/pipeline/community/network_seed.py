"""The networks and lessons that come with an installation, such as the fictional region's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sempre_geo.community.imports import lasting_id
from sempre_geo.community.lessons import Lesson
from sempre_geo.community.networks import network_from
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.lessons import load_lesson, save_lesson
from sempre_geo.community.store.networks import load_network, save_network, save_network_proposals
from sempre_geo.community.store.proposals import load_proposal
from sempre_geo.pipeline.community.lessons import diary_entry, lesson_row, save_entry


def seed_network(transaction: Transaction, region: str, entry: Mapping[str, Any]) -> None:
    """Save a network with its proposals and diary; one that is here already stays as it is.

    Raises
    ------
    InputError
        Something in it cannot be used.
    """
    network_id = lasting_id(region, str(entry["id"]))
    if load_network(transaction, network_id) is not None:
        return
    kept = network_from(entry).kept()
    row = {
        "id": network_id, "region": region, "name": kept.name, "content": kept.to_content() | {"version": 1},
        "created_at": str(entry["created_at"]),
    }  # fmt: skip
    save_network(transaction, row)
    proposals = [lasting_id(region, str(one)) for one in entry.get("proposals", [])]
    save_network_proposals(transaction, network_id, [one for one in proposals if load_proposal(transaction, one)])
    for written in entry.get("diary", []):
        said = diary_entry(good=written["good"], hard=written["hard"], further=written["further"])
        save_entry(transaction, network_id, said, actor="operator", at=str(written["at"]))


def seed_lesson(transaction: Transaction, region: str, entry: Mapping[str, Any], *, title: str, country: str) -> None:
    """Save a lesson that may be found by everybody; ``title`` is the region's. One that is here already stays.

    Raises
    ------
    InputError
        The lesson cannot be used.
    """
    lesson_id = lasting_id(region, str(entry["id"]))
    if load_lesson(transaction, lesson_id) is not None:
        return
    lesson = Lesson(
        str(entry["title"]), str(entry["again"]), str(entry["not_again"]), groups=tuple(entry["groups"]),
        category=str(entry["category"]), barriers=tuple(entry["barriers"]),
    )  # fmt: skip
    said = asdict(lesson.kept()) | {"id": lesson_id, "status": "published", "created_at": str(entry["created_at"])}
    proposal = lasting_id(region, str(entry["proposal"]))
    row = lesson_row(
        said, region=region, title=title, proposal_id=proposal if load_proposal(transaction, proposal) else None
    )
    names = {"country": country, "network": str(entry["network"]), "language": str(entry["language"])}
    save_lesson(transaction, row | names)
