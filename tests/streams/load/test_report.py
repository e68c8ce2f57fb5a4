"""What is made of a run: page, picture, numbers, histograms."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import orjson
import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from streams.load import files, histograms, knee, page, picture, svg
from streams.load.knee import Step, knee_of
from streams.load.panels import Line, Panel, log_ticks, panels
from streams.load.result import LoadReport, Measured
from tests.streams.load.loads import answered, conditions, decided, measured
from tools import build_load

WRITTEN = {"load.html", "load.json", "load.png", "load.hlog", "load.hgrm"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    assert {path.name for path in files.write(folder, measured())} == WRITTEN
    return folder


def test_the_page_needs_nothing_from_elsewhere(written: Path) -> None:
    text = (written / "load.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=|https?://|@import|url\(", text)


def test_the_page_says_what_was_run_and_what_came_out(written: Path) -> None:
    text = (written / "load.html").read_text(encoding="utf-8")
    for said in (
        "Load: steady", "exactly once", "4 parcels of 2 records", "99 of 100 within", "embedded Kafka, 2 workers",
        "2 cores of a processor", "kx, bw", "Processor time", "worker-1",
    ):  # fmt: skip
        assert said in text, said
    for panel in panels(measured().report):
        assert panel.title in text


def test_pictures_of_the_page_are_well_formed(written: Path) -> None:
    text = (written / "load.html").read_text(encoding="utf-8")
    pictures = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(pictures) == len(panels(measured().report))
    for each in pictures:
        assert len(ET.fromstring(each).findall("polyline")) >= 1  # noqa: S314 - our own text


def test_the_data_under_the_pointer_are_the_lines(written: Path) -> None:
    text = (written / "load.html").read_text(encoding="utf-8")
    data = [orjson.loads(each.replace("&quot;", '"')) for each in re.findall(r'data-lines="([^"]+)"', text)]
    assert [len(each["lines"]) for each in data] == [len(panel.lines) for panel in panels(measured().report)]


def test_a_page_names_what_is_missing_and_doubled_and_escapes_it() -> None:
    answers = answered("A", "<b>")
    answers.decision(decided(1, "<b>1"), 2.0)
    text = page.page(measured(answers).report)
    assert "1 wrong" in text
    assert "parcel &lt;b&gt;1 of &lt;b&gt;: decided again" in text
    assert "<b>1 of" not in text


def test_a_late_generator_is_told() -> None:
    assert "The generator was late" in page.page(measured(late_s=0.5).report)
    assert "The generator was late" not in page.page(measured().report)


def test_the_numbers_are_the_report(written: Path) -> None:
    assert msgspec.json.decode((written / "load.json").read_bytes(), type=LoadReport) == measured().report


def test_the_picture_is_a_png_of_some_size(written: Path) -> None:
    data = (written / "load.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20]) > 1_000


def test_a_histogram_log_gives_back_every_second_of_every_carrier(written: Path) -> None:
    reader = HistogramLogReader(str(written / "load.hlog"), HdrHistogram(1, histograms.LONGEST_US, histograms.DIGITS))
    seconds: dict[str, list[int]] = {"kx": [], "bw": []}
    while (found := reader.get_next_interval_histogram()) is not None:
        seconds[found.get_tag()].append(found.get_total_count())
    reader.close()
    assert seconds == {"kx": [10] * 10, "bw": [10] * 10}


def test_a_distribution_leaves_the_warm_up_out_and_is_in_milliseconds(written: Path) -> None:
    text = (written / "load.hgrm").read_text(encoding="ascii")
    assert re.search(r"#\[Max\s+=\s+299\.\d+, TotalCount\s+=\s+160\.000\]", text)


def test_a_histogram_keeps_a_value_to_a_thousandth() -> None:
    found = histograms.histogram([0.0, 0.123456, 7200.0])
    assert found.get_total_count() == 3
    assert found.get_value_at_percentile(50) == pytest.approx(123_456, rel=1e-3)
    assert found.get_max_value() == pytest.approx(histograms.LONGEST_US, rel=1e-3)


INSTALL = "for them, run pip install 'tonggwan[load]'."


@pytest.mark.parametrize(
    ("hdr", "png", "said"),
    [
        pytest.param(True, True, "", id="everything is installed"),
        pytest.param(False, True, f"Without HdrHistogram files: {INSTALL}", id="no HdrHistogram"),
        pytest.param(False, False, f"Without HdrHistogram files and a PNG: {INSTALL}", id="neither"),
    ],
)
def test_without_the_extra_the_rest_is_written_and_told(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    hdr: bool,
    png: bool,
    said: str,
) -> None:
    monkeypatch.setattr(histograms, "can_write", lambda: hdr)
    monkeypatch.setattr(picture, "can_draw", lambda: png)
    assert files.missing_extra() == said
    left = WRITTEN - (set() if hdr else {"load.hlog", "load.hgrm"}) - (set() if png else {"load.png"})
    assert {path.name for path in files.write(tmp_path, measured())} == left


def test_a_folder_that_cannot_be_made_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(files.UnwritableFolderError, match="name another folder with --out"):
        files.make_folder(tmp_path / "file" / "report")


def test_a_knee_is_written_too(tmp_path: Path) -> None:
    steps = [Step(100.0, 99.0, 50.0, 90.0, 0.0, ""), Step(109.0, 100.0, 50.0, 900.0, 40.0, "the backlog grew")]
    made = files.write_knee(tmp_path, knee_of(steps, conditions(), 500.0))
    assert [path.name for path in made] == ["load.html", "load.json", "load.png"]
    assert knee.about(knee_of(steps, conditions(), 500.0)) in (tmp_path / "load.html").read_text(encoding="utf-8")


def test_what_was_not_measured_has_no_panel() -> None:
    whole = measured().report
    bare = msgspec.structs.replace(
        whole, samples=[msgspec.structs.replace(each, processes={}, lag={}) for each in whole.samples]
    )
    titles = {panel.title for panel in panels(whole)} - {panel.title for panel in panels(bare)}
    assert titles == {"Processor", "Memory"}


def test_a_run_without_any_answer_still_has_a_report(tmp_path: Path) -> None:
    whole = measured().report
    bare = msgspec.structs.replace(whole, windows=[], windows_by_carrier={}, curve=[], by_carrier={}, samples=[])
    assert files.write(tmp_path, Measured(bare, {}))


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(((0.0, 5.0),), id="a single point"),
        pytest.param(((0.0, 0.0), (1.0, 0.0)), id="nothing but zeros"),
        pytest.param(((0.0, 0.2), (9.0, 250_000.0)), id="from less than a millisecond to minutes"),
    ],
)
@pytest.mark.parametrize("log", [True, False])
def test_every_point_lies_in_the_picture(points: tuple[tuple[float, float], ...], *, log: bool) -> None:
    panel = Panel(title="a panel", unit="ms", lines=(Line("a line", "#000000", points),), log=log)
    axes = svg.Axes.of(panel)
    for x, y in points:
        assert svg.LEFT <= axes.x(x) <= svg.WIDTH - svg.RIGHT
        assert svg.TOP <= axes.y(y) <= svg.HEIGHT - svg.BOTTOM
    ET.fromstring(svg.draw(panel))  # noqa: S314 - our own text


@pytest.mark.parametrize(("least", "most"), [(1, 1), (3, 9), (40, 1_086), (0, 250_000), (1_000, 1_000)])
def test_marks_of_a_log_axis_hold_everything(least: float, most: float) -> None:
    marks = log_ticks(least, most)
    assert marks == sorted(marks)
    assert len(marks) >= 2
    assert marks[0] <= max(least, 1) <= max(most, 1) <= marks[-1]


def test_the_page_of_docs_says_with_what_it_was_measured_and_keeps_what_is_written_by_hand() -> None:
    bad = answered("A")
    bad.letter(("manifests.kx", 0, 0), 2.0)
    lines = list(build_load.section({"steady": measured().report, "dump": measured(bad).report}))
    page_ = build_load.replaced(f"before\n{build_load.BEGIN}\nold\n{build_load.END}\nafter\n", lines)
    assert page_.startswith("before\n")
    assert page_.endswith("\nafter\n")
    assert "old" not in page_
    for said in (
        "2 cores of a processor",
        "load average before a run up to 0.4",
        "(load/steady.png)",
        "| yes |",
        "| NO |",
    ):
        assert said in page_, said
