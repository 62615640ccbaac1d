"""What a model is asked: a template with the text and its language."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from augment.languages import language_name


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template in which ``{text}`` stands for the text and ``{language}`` for its language.

    Examples
    --------
    >>> prompt = Prompt("Say in {language}: {text}", "fr")
    >>> prompt.filled("Bon {text}")
    'Say in French: Bon {text}'
    """

    template: str
    language: str

    @property
    def key(self) -> str:
        """Eight letters that stand for the template."""
        return blake2b(self.template.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()

    @property
    def holds_text(self) -> bool:
        """Whether the template says where the text goes."""
        return "{text}" in self.template

    def filled(self, text: str) -> str:
        """Put a text in; where the template has no place for it, below."""
        asked = self.template.replace("{language}", language_name(self.language))
        # Last, so that a text that holds {language} stays as it is.
        return asked.replace("{text}", text) if self.holds_text else f"{asked}\n\n{text}"
