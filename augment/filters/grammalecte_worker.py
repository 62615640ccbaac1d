"""Answers what Grammalecte finds in texts: run by the Python that has it, never imported here.

Reads texts that each end with a NUL and writes for each a JSON list of faults, ended the same way:
the rule's name, its kind, and where in the text it found what, in characters; a word that is in no
dictionary has the kind "spelling". It stands alone, on the standard library and Grammalecte.
"""

import json
import os
import sys

#: Kinds of rules that are about grammar; the others are about typography, style and spelling norms.
KINDS = frozenset(("conf", "conj", "eleu", "gn", "imp", "infi", "inte", "mc", "ppas"))
#: The rule about a word said twice, which has no kind.
TWICE = "doublon"


def main() -> None:
    """Answer until the input ends."""
    from grammalecte.grammar_checker import GrammarChecker  # type: ignore[import-not-found]

    checker = GrammarChecker("fr")
    engine = checker.getGCEngine()
    engine.setOptions({name: name in KINDS for name in engine.getOptions()})
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # whatever is printed there is no answer
    rest = b""
    while chunk := os.read(sys.stdin.fileno(), 1 << 16):
        *texts, rest = (rest + chunk).split(b"\0")
        for text in texts:
            grammar, spelling = checker.getParagraphErrors(text.decode("utf-8"))
            faults = [
                (fault["sRuleId"], fault["sType"], fault["nStart"], fault["nEnd"])
                for fault in grammar
                if fault["sType"] in KINDS or fault["sRuleId"] == TWICE
            ]
            faults += [("", "spelling", fault["nStart"], fault["nEnd"]) for fault in spelling]
            out.write(json.dumps(faults).encode() + b"\0")
        out.flush()


if __name__ == "__main__":
    main()
