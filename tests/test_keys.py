"""Keys as they are kept, counted and handled on the command line."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from api.access.collections import folder_of, folders
from api.access.errors import AccessError
from api.access.keys import FILE, Keys
from api.access.limits import Counters, Limits
from tests.conftest import ROOT, Run


def test_a_key_is_found_by_all_of_it_alone(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    key, text = keys.create("newsroom", "read", "default")
    other, _ = keys.create("other", "write", "sports")
    assert keys.find(text) == key
    wrong = (
        text[:-1] + ("0" if text[-1] != "0" else "1"),
        text.replace(key.id, other.id),
        text + "0",
        text.upper(),
        key.id,
        f"dl_{key.id}_",
        "",
        "\udcff",
    )
    assert [keys.find(one) for one in wrong] == [None] * len(wrong)


def test_nothing_that_is_kept_opens_the_service(tmp_path: Path) -> None:
    _, text = Keys(tmp_path).create("newsroom", "read", "default")
    kept = (tmp_path / FILE).read_bytes()
    assert text.encode() not in kept
    assert text.rpartition("_")[2].encode() not in kept
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_no_two_keys_are_equal_and_no_number_is_given_twice(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    made = [keys.create("same name", "read", "default") for _ in range(20)]
    assert len({text for _, text in made}) == len({key.id for key, _ in made}) == 20
    assert [key.number for key, _ in made] == list(range(1, 21))
    assert keys.listed() == [key for key, _ in made]


def test_a_revoked_key_stays_revoked_and_keys_stay_needed(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert not keys.needed()
    assert not keys.usable()
    key, text = keys.create("newsroom", "read", "default")
    assert keys.usable()
    revoked = keys.revoke(key.id)
    assert revoked.revoked is not None
    assert keys.revoke(text) == revoked, "it can be named by all of it, and the first time counts"
    assert keys.find(text) == revoked
    assert keys.needed()
    assert not keys.usable()


def test_a_file_that_cannot_be_looked_at_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).symlink_to(tmp_path / "gone")
    assert Keys(tmp_path).needed()
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Keys(tmp_path / "file").needed()


def test_another_process_sees_a_change_at_once(tmp_path: Path) -> None:
    here = Keys(tmp_path)
    key, text = here.create("newsroom", "read", "default")
    script = "import sys; from pathlib import Path; from api.access.keys import Keys\n"
    script += "Keys(Path(sys.argv[1])).revoke(sys.argv[2])"
    subprocess.run([sys.executable, "-c", script, tmp_path, key.id], cwd=ROOT, check=True)
    found = here.find(text)
    assert found is not None
    assert found.revoked is not None


def test_a_file_that_is_put_in_its_place_counts_at_once(tmp_path: Path) -> None:
    keys, others = Keys(tmp_path), Keys(tmp_path / "other")
    key, text = keys.create("newsroom", "read", "default")
    _, other = others.create("newsroom", "read", "default")
    assert keys.find(text) == key
    (tmp_path / "other" / FILE).rename(tmp_path / FILE)
    assert keys.find(text) is None
    assert keys.find(other) is not None
    before = (tmp_path / FILE).read_bytes()
    Keys(tmp_path).revoke(other)
    revoked = keys.find(other)
    assert revoked is not None
    assert revoked.revoked is not None
    (tmp_path / FILE).write_bytes(before)
    restored = keys.find(other)
    assert restored is not None
    assert restored.revoked is None


def test_a_damaged_file_opens_nothing(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    _, text = keys.create("newsroom", "read", "default")
    for damage in (b"", b"nonsense" * 1000):
        (tmp_path / FILE).write_bytes(damage)
        assert keys.needed()
        with pytest.raises(AccessError, match="cannot be used"):
            keys.find(text)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can give files away")
def test_a_key_that_the_administrator_makes_can_be_read_by_the_service(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    Keys(tmp_path).create("newsroom", "read", "default")
    assert (tmp_path / FILE).stat().st_uid == 12345


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".", "A", "a b", "-a", "a" * 64, "a\n"])
def test_no_name_of_a_collection_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(AccessError, match="cannot name a collection"):
        folder_of(tmp_path, name)
    with pytest.raises(AccessError):
        Keys(tmp_path).create("newsroom", "read", name)
    assert not Keys(tmp_path).needed()


def test_collections_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "collections" / "sports").mkdir(parents=True)
    (tmp_path / "collections" / "arts").mkdir()
    assert folder_of(tmp_path, "default") == tmp_path
    assert folders(tmp_path) == [
        tmp_path,
        folder_of(tmp_path, "arts"),
        folder_of(tmp_path, "sports"),
    ]


def test_a_rate_lets_a_burst_pass_and_then_one_at_a_time(tmp_path: Path) -> None:
    counters = Counters(tmp_path, Limits(per_minute=4))
    start = 1_800_000_000.0
    assert [counters.take(1, start) for _ in range(4)] == [0] * 4
    assert counters.take(1, start) == pytest.approx(15)
    assert counters.take(2, start) == 0, "another key has its own"
    assert counters.take(1, start + 10) == pytest.approx(5)
    assert counters.take(1, start + 15) == 0
    assert counters.take(1, start + 15) == pytest.approx(15)
    assert [counters.take(1, start + 75) for _ in range(5)] == [0] * 4 + [pytest.approx(15)]


def test_a_clock_that_is_set_back_costs_a_minute_at_most(tmp_path: Path) -> None:
    counters = Counters(tmp_path, Limits(per_minute=2))
    late = 1_800_000_000.0
    counters.take(1, late)
    assert 0 < counters.take(1, late - 86_400) <= 60
    assert counters.take(1, late - 86_400 + 60) == 0


def test_processes_count_together_and_what_a_killed_one_held_is_free(tmp_path: Path) -> None:
    limits = Limits(per_minute=3, at_once=2)
    counters = Counters(tmp_path, limits)
    script = (
        "import sys; from pathlib import Path; from api.access.limits import Counters, Limits\n"
        f"counters = Counters(Path({str(tmp_path)!r}), Limits(3, 2))\n"
        "counters.take(1, 1000.0); counters.enter(1)\n"
        "print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert [counters.take(1, 1000.0) > 0 for _ in range(3)] == [False, False, True]
        mine = counters.enter(1)
        assert mine is not None
        assert counters.enter(1) is None
        assert counters.enter(2) is not None
        other.kill()
        other.wait()
    assert counters.enter(1) is not None
    assert counters.enter(1) is None
    counters.leave(mine)
    assert counters.enter(1) == mine


def test_keys_are_made_listed_and_revoked_on_the_command_line(dateline: Run) -> None:
    empty = dateline("keys", "list", "--json")
    assert (empty.returncode, json.loads(empty.stdout)) == (0, [])
    made = dateline("keys", "create", "news [room]", "--scope", "write", "--data", "d")
    text = made.stdout.strip()
    assert made.returncode == 0
    assert "asks for a key from here on" in made.stderr
    other = dateline("keys", "create", "desk", "--collection", "sports", "--data", "d", "--json")
    assert json.loads(other.stdout)["collection"] == "sports"
    assert "dateline build PATH --data d/collections/sports" in other.stderr
    shown = dateline("keys", "list", "--data", "d")
    assert "news [room]" in shown.stdout
    assert text not in shown.stdout
    [first, second] = json.loads(dateline("keys", "list", "--data", "d", "--json").stdout)
    assert (first["name"], first["scope"], first["revoked"]) == ("news [room]", "write", None)
    assert (second["name"], second["scope"]) == ("desk", "read")
    gone = dateline("keys", "revoke", first["id"], "--data", "d")
    assert gone.returncode == 0
    assert "is revoked since" in gone.stdout
    last = dateline("keys", "revoke", second["id"], "--data", "d")
    assert "no key is left" in last.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("create", "x", "--scope", "all"), "neither read nor write"),
        (("create", " "), "name a key by 1 to 80 printable characters"),
        (("create", "x", "--collection", "../x"), "cannot name a collection"),
        (("revoke", "3f9a2c71d0"), "there is no such key"),
    ],
)
def test_what_cannot_be_done_with_keys_is_said_in_a_line(
    dateline: Run, command: tuple[str, ...], said: str
) -> None:
    done = dateline("keys", *command)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_a_service_whose_keys_are_damaged_does_not_start_and_says_so_in_a_line(
    dateline: Run, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    Keys(data).create("newsroom", "read", "default")
    (data / FILE).write_bytes(b"no database " * 999)
    # On loopback too, where it would start without any key.
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104
        told = dateline("serve", "--data", data, "--host", host, "--port", "0")
        assert told.returncode == 2
        said = " ".join(told.stderr.replace("│", " ").split())
        assert f"{FILE} cannot be used" in said
        assert "put a copy of it back" in said
        assert "Traceback" not in said
