"""Tables that are no table files: class folders, questions in JSON, lists of objects."""

import json
from pathlib import Path

import pytest

from augment.cli import main
from augment.datasets.columns import find_columns
from augment.datasets.frames import read_frame
from augment.datasets.table import open_table
from augment.errors import TableError

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the development data are not here")


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def rows(path):
    table = open_table(path)
    return [dict(zip(table.columns, row, strict=True)) for row in table]


def test_reviews_with_ratings_and_a_split(tmp_path):
    put(
        tmp_path,
        {
            "train/pos/2_9.txt": 'He said "yes",\nand<br /><br />left.',
            "train/pos/10_7.txt": "Great.",
            "train/neg/0_1.txt": "Bad.",
            "train/unsup/0_0.txt": "Nobody rated this.",
            "test/neg/0_2.txt": "Awful.",
            "train/labeledBow.feat": "0 1:2",
            "README": "about",
        },
    )
    table = open_table(tmp_path)
    assert table.columns == ("text", "label", "rating", "split", "id")
    assert table.format.kind == "folder"
    assert list(table) == [
        ("Bad.", "neg", "1", "train", "0"),
        ('He said "yes",\nand<br /><br />left.', "pos", "9", "train", "2"),
        ("Great.", "pos", "7", "train", "10"),
        ("Awful.", "neg", "2", "test", "0"),
        ("Nobody rated this.", "", "0", "train", "0"),
    ]
    assert list(table) == list(table)
    assert find_columns(table, sample_rows=10).label == "label"


def test_plain_class_folders_in_another_encoding(tmp_path):
    put(
        tmp_path,
        {
            "gut/b.txt": "Schöne Grüße aus Köln, es war wirklich schön hier.".encode("cp1252"),
            "gut/a.TXT": "\ufeffSehr gut.",
            "schlecht/1.txt": "Nicht gut.",
            ".git/x.txt": "no text",
        },
    )
    found = rows(tmp_path)
    assert [row["id"] for row in found] == ["a", "b", "1"]
    assert found[0]["text"] == "Sehr gut."
    assert found[1]["text"] == "Schöne Grüße aus Köln, es war wirklich schön hier."
    assert set(found[0]) == {"text", "label", "id"}


def test_files_of_a_folder_that_are_no_rows_are_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    films = {f"in/{'ab'[n % 2]}/{n}.txt": f"A film numbered {n} to be seen." for n in range(20)}
    put(tmp_path, films)
    assert main(["convert", "in", "whole.csv"]) == 0
    assert "not read" not in capsys.readouterr().err
    put(tmp_path, {"in/a/z.md": "", "in/b/old/1.txt": "", "in/c/2.txt.gz": "", "in/README.txt": "",
                   "in/a/.DS_Store": "", "in/.git/3.txt": ""})  # fmt: skip
    says = (
        "not read: 2 files without the suffix .txt (like 'a/z.md'); 2 files outside of the class "
        "folders, or in folders below them (like 'README.txt')"
    )
    for command in (["convert", "in", "out.csv"], ["inspect", "in", "--model", "none"],
                    ["split", "in", "--out", "s.csv"]):  # fmt: skip
        assert main(command) == 0
        assert says in "".join(capsys.readouterr())
    assert len(read_frame("out.csv")) == 20


def test_a_class_may_be_called_test(tmp_path):
    """Only where all folders are parts of a split are they taken for such."""
    put(tmp_path, {"test/1.txt": "one", "exam/2.txt": "two"})
    assert [row["label"] for row in rows(tmp_path)] == ["exam", "test"]


@pytest.mark.parametrize("files", [{}, {"a.csv": "x"}, {"pos/readme.md": "x"}])
def test_other_folders_are_refused(files, tmp_path):
    with pytest.raises(TableError, match=r"a folder without classes; wanted: .*pos/0_9\.txt"):
        open_table(put(tmp_path, files))


def test_a_folder_of_rated_files(tmp_path):
    folder = put(
        tmp_path / "reviews", {"10_7.txt": "Good.", "2_10.txt": "Great.", "3_1.txt": "No."}
    )
    table = open_table(folder)
    assert table.columns == ("text", "rating", "id")
    assert list(table) == [("Great.", "10", "2"), ("No.", "1", "3"), ("Good.", "7", "10")]
    put(folder, {f"{n}_{(1, 10)[n % 2]}.txt": f"Text {n} of many." for n in range(20, 40)})
    assert find_columns(open_table(folder)).label == "rating"


def test_a_folder_of_files_without_a_class_is_refused(tmp_path):
    folder = put(tmp_path / "reviews", {"a.txt": "Good.", "notes.txt": "Great."})
    with pytest.raises(TableError, match=r"rating in their names \(like 0_9\.txt\)"):
        open_table(folder)


def test_the_file_without_a_rating_among_rated_ones_is_named(tmp_path):
    rated = {f"{n}_7.txt": "Good." for n in range(3)}
    folder = put(tmp_path / "reviews", {**rated, "LISEZMOI.txt": "À lire."})
    with pytest.raises(TableError, match=r"3 files with .* 1 without.* LISEZMOI\.txt; rename or"):
        open_table(folder)


def test_a_frame_of_a_folder(tmp_path):
    frame = read_frame(put(tmp_path, {"a/1.txt": "x y", "b/2.txt": "z"}))
    assert frame["label"].tolist() == ["a", "b"]


SQUAD = {
    "version": "v2",
    "data": [
        {
            "title": "Paris",
            "paragraphs": [
                {
                    "context": "Paris est la capitale.",
                    "qas": [
                        {"id": "1", "question": "Où ?", "answers": [{"text": "Paris"}]},
                        {"id": 2, "question": "Quand ?", "answers": [], "is_impossible": True},
                    ],
                },
                {"context": "Personne ne demande rien.", "qas": []},
            ],
        }
    ],
}


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def test_questions_with_and_without_answer(tmp_path):
    found = rows(write(tmp_path / "squad.json", SQUAD))
    assert found == [
        {
            "text": "Paris est la capitale.", "question": "Où ?", "label": "answerable",
            "title": "Paris", "answer": "Paris", "id": "1",
        },
        {
            "text": "Paris est la capitale.", "question": "Quand ?", "label": "unanswerable",
            "title": "Paris", "answer": "", "id": "2",
        },
    ]  # fmt: skip


def test_the_nearest_label_of_a_question_counts(tmp_path):
    value = json.loads(json.dumps(SQUAD))
    article = value["data"][0]
    article["categorie"] = "Géographie"
    article["paragraphs"][0]["qas"][1]["label"] = "temps"
    assert [row["label"] for row in rows(write(tmp_path / "q.json", value))] == [
        "Géographie",
        "temps",
    ]
    del article["categorie"]
    for question in article["paragraphs"][0]["qas"]:
        question.pop("is_impossible", None)
        question.pop("label", None)
    assert {row["label"] for row in rows(write(tmp_path / "q.json", value))} == {"Paris"}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda p: p.pop("context"), "article 0, paragraph 0 has no 'context'"),
        (lambda p: p["qas"][0].pop("question"), "article 0, paragraph 0: a question without"),
        (lambda p: p.update(qas=None), "article 0, paragraph 0: 'qas' is null; a list of objects"),
        (lambda p: p.update(qas=[3]), r"article 0, paragraph 0: 'qas' is \[3\]; a list of obj"),
    ],
)
def test_broken_questions_are_told(change, wanted, tmp_path):
    value = json.loads(json.dumps(SQUAD))
    change(value["data"][0]["paragraphs"][0])
    with pytest.raises(TableError, match=wanted):
        open_table(write(tmp_path / "q.json", value))


def test_a_list_of_objects_and_lines_under_the_name_json(tmp_path):
    value = [{"text": "a b", "n": 1}, {"text": None, "more": [1]}]
    table = open_table(write(tmp_path / "list.json", value))
    assert (table.format.describe(), table.columns) == ("JSON, UTF-8", ("text", "n", "more"))
    assert list(table) == [("a b", 1, None), (None, None, [1])]
    assert rows(write(tmp_path / "under.json", {"rows": value}))[0]["text"] == "a b"
    lines = tmp_path / "lines.json"
    lines.write_text('{"text": "a"}\n{"text": "b"}\n')
    assert open_table(lines).format.kind == "jsonl"
    frame = read_frame(write(tmp_path / "typed.json", [{"n": 1}, {"n": 2}]))
    assert frame["n"].dtype == "int64"


@needs_shared
def test_the_real_folder_of_reviews():
    table = open_table(SHARED / "imdb" / "aclImdb_sample")
    found = list(table)
    assert len(found) == 160
    whole = rows(SHARED / "imdb" / "imdb_4k.csv")
    assert {row[1] for row in found} == {"neg", "pos"}
    for _, label, rating, split, _ in found:
        assert (int(rating) >= 7) == (label == "pos")
        assert split in ("train", "test")
    known = {tuple(str(row[name]).strip() for name in table.columns) for row in whole}
    assert all(tuple(str(cell).strip() for cell in row) in known for row in found)


@needs_shared
def test_the_movie_plots_are_understood_by_themselves():
    found = find_columns(open_table(SHARED / "movies" / "wiki_movie_plots_subset.csv"))
    assert (found.text, found.label) == (("Plot",), "Origin/Ethnicity")
