"""Invented names: none is a settlement of Estonia or Latvia (a test looks them up), and how they sound next door."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


NORTH = _words("""
Haaoja Haanina Pikkveski Uusnina Uusvere Metsvainu Metslaht Kuuoja Laivainu Laikõnnu Rähnurme Rähoja Sookõnnu Sootare
Tuulpalu Tuullaane Kajasaare Kajapalu Linnuvainu Linnusilla Sõnaoru Sõnamäe Hõbekõnnu Hõbeoru Vahanurme Kaljunurme
Kaljuranna Urvajärve Urvatare Põhjapalu Põhjaveski Merevainu Merekõnnu Randnina Udunina Uduoja Vihmavere Vihmasilla
Tammelaht Leppanina Leppaveski Kasevainu Tirraranna Tirraveski Kõrgesoo Iluvere Ilupalu Merisilla Luigepalu Luigekõnnu
Hangenina Hangelaht Tihasemetsa Tihaseoja Pääsuvere Kurgesilla Kurgejärve Varessalu Rohuõue Õunakõnnu Sinisekõnnu
Sinilepa Hallisilla Hallilaht Mustaneeme Valgeoru Punasalu Kullaneeme Kullalaht Räniõue Savinina Liivalepa Mullatare
Turbaoru Sammuvere Jälveski Kõnnusilla Nõmmepalu Arusilla Luhakõnnu Saluvainu Hiienurme Koiduveski Ööbiveski Sääsesilla
Mardivainu Jürioru Toomenina Annaoja Kadrijärve Peebusilla Joosusalu Villuveski Hollosaare Kemmivere Hõravainu
Võsulaht Tarvaoru Kõivetare Läteõue Vimmaoru Kohavere Silmunurme
""")
SOUTH = _words("""
Vējurga Saulaine Mēnesrade Bērzaine Kļavurga Ozolrade Liepurga Egļaine Priežurga Alkšņaine Kārklurga Vītolrade Ievaine
Purvurga Smilšrade Akmeņaine Grantsmala Mālurga Zālaine Rudzurga Auzaine Miežrade Linurga Dzērvaine Stārķurga Baložrade
Žagatmala Vārnurga Sīļaine Lakstrade Cielavmala Zvirburga Gulbaine Zosurga Pīļrade Līdakmala Asarurga Raudaine
Lašurga Mencragi Plekstgals Butmala Laivurga Enkurgals Burrade Tīklragi Krasturga Līčmala Kāpurga Viļņaine Sūnurga
Virsmala Dzegmala Brūklaine Mellurga Lācenmala Avotrade Strautmala Dūņurga Rasaine Migurga Salnrade Sarmurga Pērkonmala
Varavurga Blāzmaine Ausrade Rietmala Novakurga Zibsnaine
""")
STREETS_NORTH = (
    """
Pikk|Jaama|Mere|Tuule|Kooli|Kiriku|Turu|Aia|Kase|Tamme|Pärna|Lepa|Sireli|Õuna|Kirsi|Metsa|Niidu|Põllu|Oja|Silla|Veski
Sadama|Ranna|Kalda|Paadi|Võrgu|Luige|Kajaka|Pääsukese|Kuu|Päikese|Tähe|Koidu|Eha|Vikerkaare|Sepa|Kingsepa|Puusepa
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
STREETS_SOUTH = (
    """
Garā|Stacijas|Jūras|Vēja|Skolas|Baznīcas|Tirgus|Dārza|Bērzu|Ozolu|Liepu|Alkšņu|Ceriņu|Ābeļu|Ķiršu|Meža|Pļavu|Lauku
Strauta|Tilta|Dzirnavu|Ostas|Krasta|Laivu|Tīklu|Gulbju|Kaiju|Bezdelīgu|Mēness|Saules|Zvaigžņu|Ausmas|Kalēju|Kurpnieku
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
_OWNERS = _words("Jaani Tooma Mardi Peetri Jüri Mihkli Matsi Hansu Andrese Kaarli Pritsu Villemi Siimu Toomase Reinu")
_GROUNDS = _words("Kase Tamme Lepa Mäe Oja Soo Nurme Välja Aru Kivi Uue Vana")
_SIDES = _words("Vec Jaun Lejas Kaln Maz Liel Vid")
_TREES = _words("ozoli bērzi liepas vītoli ievas krasti strauti rudzīši dzeņi birzes akmeņi pļavas meži ezeri")
FARMS_NORTH = [f"{owner}-{ground}" for owner in _OWNERS for ground in _GROUNDS]
FARMS_SOUTH = [f"{side}{tree}" for side in _SIDES for tree in _TREES]

_NORTH_TO_SOUTH = (
    ("küla", "ciems"), ("mõisa", "muiža"), ("aa", "ā"), ("ee", "ē"), ("ii", "ī"), ("uu", "ū"), ("oo", "o"), ("õõ", "e"),
    ("öö", "e"), ("ää", "ē"), ("üü", "ī"), ("õ", "e"), ("ä", "e"), ("ö", "e"), ("ü", "i"), ("hj", "j"),
)  # fmt: skip
_SOUTH_TO_NORTH = (
    ("ā", "aa"), ("ē", "ee"), ("ī", "ii"), ("ū", "uu"), ("ņ", "n"), ("ļ", "l"), ("ķ", "k"), ("ģ", "g"), ("č", "tš"),
    ("rg", "rk"), ("gals", "kalsi"), ("ž", "š"), ("z", "s"),
)  # fmt: skip


def in_both(name: str, *, north: bool) -> dict[str, str]:
    """A place's tags: its name where it lies, and in the region's two languages, written by their readers' codes.

    >>> in_both("Haavere", north=True)
    {'name': 'Haavere', 'name:et': 'Haavere', 'name:lv': 'Hāvere'}
    """
    other = _spelled(name, _NORTH_TO_SOUTH if north else _SOUTH_TO_NORTH)
    return {"name": name, "name:et": name if north else other, "name:lv": other if north else name}


def _spelled(name: str, changes: tuple[tuple[str, str], ...]) -> str:
    text = name.lower()
    for old, new in changes:
        text = text.replace(old, new)
    return text[0].upper() + text[1:]


def municipality_names(town: str, *, north: bool) -> dict[str, str]:
    """A municipality's names after its town.

    >>> municipality_names("Haavere", north=True)["name:lv"]
    'Hāveres novads'
    """
    names = in_both(town, north=north)
    both = {"name:et": f"{names['name:et']} vald", "name:lv": f"{_of(names['name:lv'])} novads"}
    return {"name": both["name:et" if north else "name:lv"], **both}


def _of(name: str) -> str:
    return f"{name}s" if name[-1] in "aei" else name
