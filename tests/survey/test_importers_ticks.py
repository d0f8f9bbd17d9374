"""Columns that stand for one option each: what is a tick, and what the option's own label."""

from __future__ import annotations

import pytest

from survey.importers.detect import importer_of
from survey.importers.draft_export import draft_export
from survey.importers.read import read_responses
from survey.importers.table_file import read_table
from survey.instrument import Instrument


@pytest.mark.parametrize(
    ("labels", "rows", "ticked"),
    [
        (("0", "1", "2"), [["1", "0", "0"], ["0", "1", "1"], ["0", "0", "1"]], [(1, 0, 0), (0, 1, 1), (0, 0, 1)]),
        (("0", "1", "2"), [["0", "1", "0"], ["0", "1", "1"]], [(0, 1, 0), (0, 1, 1)]),  # nobody chose "0"
        (("0", "1", "2"), [["0", "", ""], ["", "1", "2"]], [(1, 0, 0), (0, 1, 1)]),  # the labels themselves
        (("否", "是", "说不清"), [["否", "", ""], ["", "", "说不清"]], [(1, 0, 0), (0, 0, 1)]),
        (("否", "是", "说不清"), [["否", "是", "否"], ["是", "否", "否"]], [(0, 1, 0), (1, 0, 0)]),
        (("No", "Yes", "Maybe"), [["FALSE", "TRUE", "FALSE"], ["TRUE", "FALSE", "FALSE"]], [(0, 1, 0), (1, 0, 0)]),
    ],
)
def test_an_option_may_be_called_zero_or_no(instrument, mapping_of, write_csv, labels, rows, ticked):
    """Columns of yes and no are these, whatever the option is called; labels are labels where nothing says no."""
    plain = instrument.model_dump(mode="json", by_alias=True, exclude_unset=True)
    plain["scales"]["contact"]["options"] = [{"code": f"o{i}", "label": label} for i, label in enumerate(labels)]
    named = Instrument.model_validate(plain)
    columns = {f"c{i}": {"question": "VIA", "option": f"o{i}"} for i in range(3)}
    read = read_responses(write_csv([list(columns), *rows]), named, mapping_of(columns))
    chosen = [read.responses.chosen("VIA", (f"o{i}",)).tolist() for i in range(3)]
    assert list(zip(*chosen, strict=True)) == ticked


def test_a_tick_with_what_was_written_beside_it_is_a_tick(write_csv):
    """``1〖text〗`` in the column of "other": ticked; the writing is left out."""
    rows = [
        ["序号", "2、(电话)", "2、(其他)"],
        *[[str(n), str(n % 2), "1〖别的〗" if n == 3 else "0"] for n in range(1, 21)],
    ]
    table = read_table(write_csv(rows))
    draft = draft_export(importer_of("wenjuanxing").arrange(table), platform="wenjuanxing", instrument_id="ticks")
    responses = read_responses(table, draft.instrument, draft.mapping).responses
    (question,) = [q.code for q in draft.instrument.questions if q.type == "multiple"]
    assert responses.ticked(question).tolist() == [n % 2 + (n == 3) for n in range(1, 21)]
