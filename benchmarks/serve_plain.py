"""The other side of serve_load.py: the model behind FastAPI, one text at a time.

    python benchmarks/serve_plain.py MODEL PORT def|async

As written in most tutorials: load with transformers, tokenise, compute, answer. ``def`` runs in
the framework's pool of threads, ``async`` in the event loop; both are measured.
"""

from __future__ import annotations

import sys

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder, port, kind = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
labels = model.config.id2label
app = FastAPI()


class Item(BaseModel):
    """One text."""

    text: str


def answer(item: Item) -> dict:
    with torch.inference_mode():
        inputs = tokenizer(item.text, truncation=True, max_length=256, return_tensors="pt")
        shares = model(**inputs).logits.softmax(-1)[0].tolist()
    best = max(range(len(shares)), key=shares.__getitem__)
    scores = {labels[n]: share for n, share in enumerate(shares)}
    return {"label": labels[best], "score": shares[best], "scores": scores}


if kind == "def":

    @app.post("/predict")
    def predict(item: Item) -> dict:
        return answer(item)

else:

    @app.post("/predict")
    async def predict(item: Item) -> dict:
        return answer(item)


uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)
