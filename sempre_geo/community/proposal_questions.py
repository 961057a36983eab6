"""The seventeen questions of the proposal form, each with a sentence of help and an example: their one place.

They are made at each call, for they are sentences in the reader's language. The ids are what the store,
the files and other programs know; they do not change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sempre_geo.community.groups import group_names
from sempre_geo.community.proposal_form import NOT_KNOWN, Field, Question
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext

FIRST = "sentences"
COUNT = 17


def questions() -> tuple[Question, ...]:
    """All questions in their order, in the reader's language.

    >>> [question.number for question in questions()] == list(range(1, COUNT + 1))
    True
    """
    asked = (*_why(), *_who(), *_how(), *_safe(), *_then())
    return tuple(_with_not_known(number, question) for number, question in enumerate(asked, start=1))


def question_of(question_id: str) -> Question:
    """One question by its id.

    >>> question_of("costs").number
    11
    """
    return {question.id: question for question in questions()}[question_id]


def _with_not_known(number: int, question: Question) -> Question:
    fields = question.fields
    if question.id != FIRST:
        fields += (Field(NOT_KNOWN, _("What we do not know yet, and how we will find out")),)
    return Question(number, question.id, question.title, question.help, question.example, fields)


def barrier_names() -> Mapping[str, str]:
    """What keeps people from joining."""
    return {
        "travel": _("The way there"),
        "child_care": _("Child care, care for others"),
        "language": _("Language"),
        "money": _("Money"),
        "shame": _("Shame, fear of talk"),
        "hours": _("The hours"),
        "access": _("Steps, doors, hearing, seeing"),
        "trust": _("Not knowing, not trusting it"),
        "other": _("Something else"),
    }


def ownership_names() -> Mapping[str, str]:
    """The degrees of ownership, from the least to the most."""
    return {
        "consulted": _("Consulted: users were asked, others decide"),
        "co_designed": _("Co-designed: users and providers planned it together"),
        "co_delivered": _("Co-delivered: users and providers also do it together"),
        "user_led": _("User-led: users decide, providers help"),
    }


def part_names() -> Mapping[str, str]:
    """The parts in a team, as each person states their own."""
    return {
        "user": _("uses the service"),
        "provider": _("provides the service"),
        "network": _("in the network"),
        "helper": _("helps"),
    }


def counted_parts(parts: Iterable[str]) -> list[str]:
    """How many have each part in a team, in words, for those who do not read who they are.

    >>> counted_parts(["provider", "user", "user"]), counted_parts([])
    (['2 service users', '1 provider'], [])
    """
    found = Counter(parts)
    forms = {
        "user": ngettext("{n} service user", "{n} service users", found["user"]),
        "provider": ngettext("{n} provider", "{n} providers", found["provider"]),
        "network": ngettext("{n} person of the network", "{n} people of the network", found["network"]),
        "helper": ngettext("{n} helper", "{n} helpers", found["helper"]),
    }
    return [form.format(n=found[part]) for part, form in forms.items() if found[part]]


def _question(question_id: str, title: str, told: str, example: str, *fields: Field) -> Question:
    return Question(0, question_id, title, told, example, fields)


def _why() -> tuple[Question, ...]:
    kinds = {
        "felt": _("Felt: what people say they lack"),
        "expressed": _("Expressed: what people have asked for or use"),
        "normative": _("Normative: which published standard is missed"),
        "comparative": _("Comparative: how others fare"),
    }
    return (
        _question(
            FIRST,
            _("What, for whom, why here"),
            _("Three sentences are enough to begin; everything else can wait."),
            _("A taxi-bus on Thursdays. For people over 64 without a car. The last bus home leaves at 12:20."),
        ),
        _question(
            "needs",
            _("Which needs does it answer?"),
            _("Link what people have told; others see only how many there are."),
            _("Two needs about the last bus and one about the doctor's hours."),
            Field("text", _("In our own words")),
        ),
        _question(
            "evidence",
            _("How do we know?"),
            _("Four kinds of evidence; what the map and the needs tell is filled in for you."),
            _("212 of 540 people need more than an hour by bus; the next parish needs 25 minutes."),
            *(Field(kind, label) for kind, label in kinds.items()),
        ),
        _question(
            "group",
            _("Which group is in focus, and who of it was asked?"),
            _("Say how many people of the group you spoke with, and where; no names."),
            _("Older people on the peninsula; eleven of them, at two coffee mornings."),
            Field("groups", _("The group in focus"), "choices", group_names()),
            Field("asked", _("Who of it was asked, how and when")),
            Field("people", _("How many people it is about"), "amount"),
        ),
    )


def _who() -> tuple[Question, ...]:
    kinds = {
        "people": _("People"),
        "associations": _("Associations"),
        "institutions": _("Institutions"),
        "places": _("Places"),
        "money": _("Money"),
        "stories": _("Stories"),
    }
    return (
        _question(
            "people",
            _("Who are the people behind it?"),
            _("Users, providers and a contact in the network; only the team sees names."),
            _("Three residents, the practice in Haavere, and the coordinator of the network."),
            Field("contact", _("Contact in the network"), "line", team_only=True),
            Field("text", _("What each of us brings in, without names")),
        ),
        _question(
            "decisions",
            _("Who decides what?"),
            _("Say for each kind of decision who takes it, and what happens when you do not agree."),
            _("The residents choose the day, the practice its hours; money is decided together."),
            Field("decisions", _("Decisions"), "rows", columns=(
                Field("what", _("What is decided"), "line"), Field("who", _("Who decides"), "line"),
            )),
            Field("dispute", _("When we do not agree")),
        ),
        _question(
            "assets",
            _("What exists already?"),
            _("Begin with what is there: people, associations, institutions, places, money, stories."),
            _("The school bus stands idle from nine to two; Ants used to drive it."),
            Field("assets", _("What we have"), "rows", columns=(
                Field("kind", _("Kind"), "choice", kinds), Field("what", _("What it is"), "line"),
            )),
        ),
    )  # fmt: skip


def _how() -> tuple[Question, ...]:
    return (
        _question(
            "change",
            _("What will change, step by step?"),
            _("From what goes in to what is different for people a year later; one line a chain."),
            _("A driver and a bus; a ride each Thursday; 20 people ride; they see the doctor twice as often."),
            Field("chain", _("Chain of change"), "rows", columns=(
                Field("input", _("Input"), "line"), Field("activity", _("Activity"), "line"),
                Field("output", _("Output"), "line"), Field("outcome", _("Outcome"), "line"),
            )),
        ),
        _question(
            "barriers",
            _("What keeps people from joining, and what is our answer?"),
            _("Think of travel, child care, language, money, shame and hours."),
            _("Shame to be seen on the poor people's bus: it takes everybody, and stops at the shop first."),
            Field("barriers", _("Barriers"), "rows", columns=(
                Field("kind", _("What keeps them"), "choice", barrier_names()), Field("how", _("How"), "line"),
                Field("answer", _("Our answer"), "line"),
            )),
        ),
        _question(
            "first_test",
            _("What is the first small test, within eight weeks?"),
            _("Something you can try with what you have, and learn from even if it fails."),
            _("Two Thursdays with a borrowed car; we count who comes and ask why others did not."),
            Field("what", _("What we try")), Field("starts", _("It begins on"), "date"),
            Field("ends", _("It ends on"), "date"), Field("sign", _("What would tell us to go on, change or stop")),
        ),
        _question(
            "costs",
            _("What does it cost, in money and hours, and where does it come from?"),
            _("Hours that people give are costs, too; the sums are added up for you."),
            _("Fuel 600, promised by the parish; driver 80 hours in kind."),
            Field("currency", _("Currency"), "choice", _currencies()),
            Field("costs", _("Costs"), "rows", columns=(
                Field("item", _("What for"), "line"), Field("amount", _("Amount"), "amount"),
                Field("hours", _("Hours in kind"), "amount"), Field("source", _("From whom"), "line"),
                Field("promised", _("Promised"), "choice", _promised()),
            )),
        ),
    )  # fmt: skip


def _currencies() -> Mapping[str, str]:
    return {code: code for code in ("EUR", "DKK", "NOK", "PLN", "SEK", "UAH")}


def _promised() -> Mapping[str, str]:
    return {"yes": _("Yes"), "asked": _("Asked"), "no": _("Not yet")}


def _safe() -> tuple[Question, ...]:
    forms = {
        "none": _("None is needed"),
        "association": _("Association"),
        "municipality": _("Part of a municipality"),
        "institution": _("Part of another institution"),
        "cooperative": _("Cooperative"),
        "company": _("Company"),
        "not_decided": _("Not decided"),
    }
    kinds = {"risk": _("It could fail"), "safety": _("Somebody could be hurt"), "data": _("Something private gets out")}
    return (
        _question(
            "agreements",
            _("Which agreements are needed in writing, and with whom?"),
            _("Use of rooms and vehicles, insurance, data, money: what is said is soon forgotten."),
            _("With the school: use of the bus on Thursdays, until June."),
            Field("agreements", _("Agreements"), "rows", columns=(
                Field("what", _("About what"), "line"), Field("with_whom", _("With whom"), "line"),
                Field("written", _("In writing"), "choice", _promised()), Field("until", _("Needed by"), "date"),
            )),
        ),
        _question(
            "legal",
            _("In which legal form, and could it endanger anyone's benefits?"),
            _("Ask before it begins: a small payment can cost somebody a pension or an allowance."),
            _("The parish runs it; drivers get fuel money only, which the pension office allows."),
            Field("form", _("Legal form"), "choice", forms), Field("text", _("Why this one")),
            Field("benefits", _("Whose benefits could be touched, and whom we asked")),
        ),
        _question(
            "risks",
            _("Which risks are there, for people and for what is private?"),
            _("What could go wrong, who could be hurt, what could be known that should not."),
            _("Ice on the pier in January: no rides below minus ten; the phone list stays with the driver."),
            Field("risks", _("Risks"), "rows", columns=(
                Field("kind", _("Kind"), "choice", kinds), Field("what", _("What could happen"), "line"),
                Field("answer", _("What we do about it"), "line"),
            )),
        ),
    )  # fmt: skip


def _then() -> tuple[Question, ...]:
    ends = {"continue": _("Continue"), "hand_over": _("Hand over"), "stop": _("Stop")}
    return (
        _question(
            "success",
            _("How will we know it worked?"),
            _("Signs that everybody can see, and the check: I could speak, I was heard, I am more hopeful."),
            _("Fifteen people ride twice; at the end eight of ten say they were heard."),
            Field("signs", _("Signs, and how we count them")),
            Field("checks", _("I could speak, I was heard, I am more hopeful"), "rows", columns=(
                Field("on", _("Asked on"), "date"), Field("asked", _("People asked"), "amount"),
                Field("spoke", _("I could speak"), "amount"), Field("heard", _("I was heard"), "amount"),
                Field("hopeful", _("I am more hopeful"), "amount"),
            )),
        ),
        _question(
            "afterwards",
            _("What happens after the money?"),
            _("Continue, hand over or stop: each is good if it was meant."),
            _("Hand over: the county takes the line into its timetable if twelve people ride."),
            Field("plan", _("Plan"), "choice", ends), Field("text", _("How")),
        ),
        _question(
            "diary",
            _("Who keeps the diary, and what have we learnt?"),
            _("A few lines every two months while it runs, and at the end: again, and not again."),
            _("Riina writes; the first entry two months after the first ride."),
            Field("keeper", _("Who writes"), "line", team_only=True), Field("text", _("What we want to watch")),
        ),
    )  # fmt: skip
