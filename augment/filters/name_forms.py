"""Names with several common forms: data for the check of names, and nothing else.

Each line is one name. A form of several words counts when all of them stand in the text.
"""

from __future__ import annotations

from typing import Final

_SAME: Final = (
    "us | usa | united states | america | american | americans | états unis | étatsuniens | "
    "étasuniens | américain | américaine | américains | américaines | amérique | ee uu | eeuu | "
    "eua | estados unidos | estadounidense | estadounidenses | norteamericano | norteamericana | "
    "norteamericanos | norteamericanas | américa | estats units | nord americà | estatunidenc",
    "uk | united kingdom | britain | british | britons | england | english | royaume uni | "
    "britannique | britanniques | grande bretagne | anglais | reino unido | británico | "
    "británica | británicos | británicas | gran bretaña | regne unit | britànic",
    "un | united nations | onu | nations unies | naciones unidas | nacions unides",
    "eu | european union | ue | union européenne | unión europea | unió europea",
    "ussr | soviet union | urss | union soviétique | unión soviética",
    "tv | television | télé | télévision | televisión | tele",
    "web | internet | net | online",
    "mp | député | députée | representative | congressman | congresswoman",
    "wwi | wwii | world war | guerre mondiale | guerra mundial",
    "bc | bce | jc | ac",
)


def forms() -> dict[str, list[tuple[str, ...]]]:
    """Give for each word of a form all forms of its name, as tuples of folded words."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in _SAME:
        every = [tuple(form.split()) for form in line.split(" | ")]
        for form in every:
            for word in form:
                found.setdefault(word, []).extend(every)
    return found
