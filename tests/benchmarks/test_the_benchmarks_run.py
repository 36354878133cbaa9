"""The harness at its smallest size: seconds, figures without meaning, and nothing that has rotted."""

import os

import pytest

from benchmarks.asked import GROWTH, SPEED, Asked
from benchmarks.ground import Database
from benchmarks.parts import GROWN, PARTS
from benchmarks.posts import CRUD
from benchmarks.results import Results
from benchmarks.samples import Sample, alternate, percentile, ratio
from benchmarks.size import TINY

FIGURES = {
    "appends": {"append_vs_library", "append_vs_raw_commit", "append_vs_raw_group", "single_append_p50_vs_raw"},
    "sqlite": {"sqlite_append_vs_raw_commit"},
    "http": {"http_command_vs_nodb", "http_command_vs_crud", "http_p99_vs_crud"},
    "rebuild": {"rebuild_vs_library", "rebuild_vs_copy"},
    "lag": {"lag_p99_ms"},
    "load": {"load_1000_vs_library"},
    "stall": {"stall_vs_control"},
    "stores": set(),
    "workers": set(),
}
PEERS_ABSENT = set() if CRUD else {"http_command_vs_crud", "http_p99_vs_crud"}


@pytest.mark.anyio
@pytest.mark.postgres
@pytest.mark.parametrize("part", PARTS)
async def test_every_part_finds_its_figures(part, postgres_dsn, capsys):
    results = Results(SPEED)
    await PARTS[part].run(TINY, Database(postgres_dsn, None), results)
    assert set(results.figures) == FIGURES[part] - PEERS_ABSENT
    assert all(value > 0 for value in results.figures.values())
    assert results.details
    assert set(results.details.get("spreads", ())) == set(results.figures)
    assert not [told for told in capsys.readouterr().out.splitlines() if "failed" in told]


@pytest.mark.anyio
@pytest.mark.postgres
@pytest.mark.skipif("STAGEPOST_TEST_GROWTH" not in os.environ, reason="takes its time: make test-slow")
async def test_growth_finds_its_figures(postgres_dsn):
    results = Results(GROWTH)
    await GROWN["growth"].run(TINY, Database(postgres_dsn, None), results)
    assert set(results.figures) == set(GROWTH)
    assert all(value > 0 for value in results.figures.values())


def test_every_figure_that_is_asked_for_has_its_part():
    assert set().union(*FIGURES.values()) == set(SPEED)
    assert set(FIGURES) == set(PARTS)


@pytest.mark.anyio
async def test_contenders_take_turns_and_none_is_always_first():
    order = []

    async def turn(name: str) -> Sample:
        order.append(name)
        return Sample(len(order), 1.0)

    rounds = await alternate({"a": lambda: turn("a"), "b": lambda: turn("b")}, 2)
    assert order == ["a", "b", "b", "a"]
    over = ratio(rounds, "a", "b")
    assert (over.lowest, over, over.highest) == (1 / 2, (1 / 2 + 4 / 3) / 2, 4 / 3)


def test_a_percentile_is_one_of_the_values():
    assert percentile(range(100), 99) == 99
    assert percentile([7.0], 50) == 7.0
    assert percentile([], 50) == 0.0


def test_a_figure_that_misses_its_bound_is_told():
    results = Results({"speed": Asked(2), "delay": Asked(2, at_most=True)})
    results.found(speed=1.9, delay=1.9)
    assert results.missed() == ["speed"]
    assert "≥ 2" in results.table()
    assert "MISSED" in results.table().splitlines()[0]


def test_the_results_are_one_flat_object_and_the_details(tmp_path):
    results = Results({"speed": Asked(2)})
    results.found(speed=3)
    results.write(tmp_path / "results.json")
    assert '"speed": 3' in (tmp_path / "results.json").read_text()
