"""How a class begins: names, slips, passwords, port, address; the board in words."""

import re
import socket
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from helpers.launch import board, classroom
from helpers.launch.service import free_port

ROOT = Path(__file__).resolve().parent.parent


def test_the_board_says_in_plain_words_what_is_right_and_what_is_not_there():
    rows = [("Ada", "right"), ("Ben", "not yet"), ("Cleo", None)]
    shared = pd.DataFrame(rows, columns=["learner", "tags.verdict"])
    shared["tags.exercise"] = ["1.1", "1.1", None]
    page = board.page(shared.assign(what="05 logging", start_time=pd.Timestamp.now()))
    heads = re.findall("<th>([a-zA-Z ]+)</th>", page)[-3:]
    assert heads == ["exercise", "not yet", "right"]
    assert "tags." not in page and "NaN" not in page


def test_a_second_start_keeps_accounts_and_passwords(tmp_path):
    first = classroom.accounts(tmp_path, ["Ada"])
    second = classroom.accounts(tmp_path, ["Ada", "Ben"])
    assert second[:2] == first and second[2].name == "Ben"
    assert all(len(account.password) >= 12 for account in second)


def test_a_taken_port_is_one_sentence_and_makes_no_account(tmp_path):
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with pytest.raises(SystemExit, match=f"^Port {port} is taken. .*PORT=5050"):
            classroom.main(
                ["--names", "Ada", "--port", port, "--folder", str(tmp_path / "class")]
            )
    assert not (tmp_path / "class").exists()


def test_make_gives_the_class_another_port():
    command = ["make", "--dry-run", "class", "PORT=5050"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert '--port "5050"' in said.stdout


@pytest.mark.parametrize("name", ["Zoé", "d:e", "a/b"])
def test_a_name_that_the_login_misreads_is_refused_at_once(tmp_path, name):
    folder = tmp_path / "class"
    with pytest.raises(SystemExit, match=f"^{name}: MLflow's login takes names of"):
        classroom.main(["--names", f"Ada,{name}", "--folder", str(folder)])
    assert not folder.exists()


@pytest.mark.parametrize(
    ("given", "said"), [([], "Nobody has an account"), (["--port", "80000"], "A port")]
)
def test_a_class_of_nobody_or_at_no_port_is_refused_at_once(tmp_path, given, said):
    folder = tmp_path / "class"
    names = ["--names", "Ada"] if given else []
    with pytest.raises(SystemExit, match=said):
        classroom.main([*given, *names, "--folder", str(folder)])
    assert not folder.exists()


def test_a_slip_has_a_number_and_the_line_to_type():
    text = classroom.slip(7, classroom.Account("Ada", "secret"), "http://HOST:5000")
    assert "7: Ada" in text
    assert "make lab CLASS=http://HOST:5000 NAME=Ada PASSWORD=secret\n" in text


def test_a_room_without_a_way_to_the_outside_has_an_address(monkeypatch):
    def unreachable(*_):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(classroom.socket.socket, "connect", unreachable)
    monkeypatch.setattr(classroom, "own_addresses", lambda: ["10.19.0.1"])
    assert classroom.address_of(5000) == "http://10.19.0.1:5000"
    monkeypatch.setattr(classroom, "own_addresses", list)
    assert classroom.address_of(5000) == "http://127.0.0.1:5000"


def test_postgresql_is_named_with_the_driver_that_is_there():
    named = classroom.with_driver("postgresql://me@host/class")
    assert named == "postgresql+psycopg2://me@host/class"
    assert classroom.with_driver("") == ""
    assert classroom.with_driver("sqlite:///x.db") == "sqlite:///x.db"


def test_a_store_that_does_not_answer_is_said_before_anything_is_made(tmp_path):
    store = f"postgresql://me:secret@127.0.0.1:{free_port()}/class"
    folder = tmp_path / "class"
    with pytest.raises(SystemExit, match="127.0.0.1.*\n.*make the database") as caught:
        classroom.main(["--number=2", f"--store={store}", f"--folder={folder}"])
    assert "secret" not in str(caught.value)
    assert not folder.exists()


def test_an_address_without_http_is_the_class_all_the_same():
    command = ["make", "--dry-run", "--print-data-base", "check", "CLASS=lab-pc:5000"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    assert "MLFLOW_TRACKING_URI := http://lab-pc:5000\n" in said
