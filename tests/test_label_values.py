"""Labels that are numbers: one class whether they come as 10 or as 10.0, and predicted as such."""

import pandas as pd
import pytest

from augment.datasets.inspection.inspect_table import inspect_table
from augment.errors import InputError
from augment.train.evaluate_model import evaluate_model
from augment.train.predict_table import predict_table
from augment.train.train_model import train_model


def stars(**columns):
    texts = [f"a good film {n}" for n in range(6)] + [f"an awful plot {n}" for n in range(6)]
    return pd.DataFrame({"text": texts, "stars": [10] * 6 + [1] * 6, **columns})


@pytest.fixture(scope="module")
def trained():
    frame = stars()
    frame.loc[0, "stars"] = None  # makes floats of the others
    return train_model(frame, text="text", label="stars", steps=1, max_tokens=16)


def test_whole_numbers_are_one_class_in_both_ways_of_writing(trained, tmp_path):
    assert trained.predictor.labels == ("1", "10")
    assert evaluate_model(trained.predictor, stars()).rows == 12
    stars().to_csv(tmp_path / "ints.csv", index=False)
    stars().astype({"stars": float}).to_csv(tmp_path / "floats.csv", index=False)
    found = inspect_table(tmp_path / "ints.csv", against=tmp_path / "floats.csv")
    assert found.against.other_label == 0
    weights = {10: 2.0, 1.0: 1.0}
    train_model(stars(), text="text", label="stars", steps=1, max_tokens=16, class_weights=weights)


@pytest.mark.parametrize(
    ("labels", "predicted"),
    [("int64", "int64"), ("Int64", "int64"), ("float64", "float64"), ("category", "int64")],
)
def test_predictions_are_of_the_kind_of_the_labels_beside_them(trained, labels, predicted):
    frame = predict_table(trained.predictor, stars().astype({"stars": labels})).frame
    assert frame["predicted"].dtype == predicted
    assert set(frame["predicted"]) <= {1, 10}


def test_predictions_without_labels_beside_them_are_of_the_kind_trained_on(trained, tmp_path):
    texts = stars()[["text"]]
    assert predict_table(trained.predictor, texts).frame["predicted"].dtype == "float64"
    texts.loc[0, "text"] = ""
    stars().to_csv(tmp_path / "in.csv", index=False)
    options = {"text": "text", "label": "stars", "steps": 1, "max_tokens": 16}
    of_file = train_model(tmp_path / "in.csv", out=tmp_path / "m", **options)
    assert predict_table(of_file.predictor, texts).frame["predicted"].dtype == "Int64"
    as_text = train_model(stars().astype({"stars": str}), **options)
    assert set(predict_table(as_text.predictor, stars()[["text"]]).frame["predicted"]) <= {
        "1",
        "10",
    }
    predict_table(tmp_path / "m", stars(), out=tmp_path / "out.parquet")
    written = pd.read_parquet(tmp_path / "out.parquet")
    assert written["predicted"].dtype == written["stars"].dtype


def test_weights_by_the_frequency_have_another_name_here():
    with pytest.raises(InputError, match="--loss weighted"):
        train_model(stars(), class_weights="balanced", steps=1)
