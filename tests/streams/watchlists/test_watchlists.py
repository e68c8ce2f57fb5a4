"""The layouts that are read, and what is refused."""

from pathlib import Path

import pytest

from streams.errors import OperatorError
from streams.watchlists import load

UN = """<?xml version="1.0"?>{doctype}<CONSOLIDATED_LIST><INDIVIDUALS>
<INDIVIDUAL><DATAID>77</DATAID><FIRST_NAME>NESTOR</FIRST_NAME><SECOND_NAME>ZAKHAROVSKY</SECOND_NAME>
<NAME_ORIGINAL_SCRIPT>Захаровский</NAME_ORIGINAL_SCRIPT><NATIONALITY><VALUE>Russia</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Baker</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Nestor Zak</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><DATE>1961-05-23</DATE></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""
FILES = {
    "ofac/sdn.csv": '36,"QUIVERTON SHIPPING",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '37,"DOE, Jon","individual","X",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"DOB 05 May 1962; nationality Iran; POB Shati."\r\n\x1a',
    "ofac/alt.csv": '36,12,"aka","QUIVER LINE",-0- \r\n99,13,"aka","ONLY AN ALIAS",-0- \r\n',
    "ofac/add.csv": '36,25,"88 Harbour Lane","Quiverton","Iran",-0- \r\n',
    "dpl.txt": '"Name"\t"Street_Address"\t"City"\t"State"\t"Country"\r\n"JON SMYTHE"\t"1 Road"\t"Town"\t"TX"\t"US"\r\n',
    "un.xml": UN.format(doctype=""),
    "own.csv": "id,name,type,country,birth_date\nA-1,Vargenstein,person,DE,1970-01-02\n",
}


def folder(tmp_path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_every_layout_is_read(tmp_path: Path) -> None:
    entries = {entry.entry_id: entry for entry in load(folder(tmp_path, FILES))}
    assert entries["OFAC-36"].names == ("QUIVERTON SHIPPING", "QUIVER LINE")
    assert (entries["OFAC-36"].addresses, entries["OFAC-36"].countries) == (("88 Harbour Lane, Quiverton",), ("IR",))
    assert (entries["OFAC-37"].kind, entries["OFAC-37"].born, entries["OFAC-37"].countries) == (
        "PERSON",
        ("1962",),
        ("IR",),
    )
    assert entries["OFAC-99"].names == ("ONLY AN ALIAS",)
    assert [entry.names for entry in entries.values() if entry.source == "BIS DPL"] == [("JON SMYTHE",)]
    assert (entries["UN-77"].names, entries["UN-77"].weak) == (
        ("NESTOR ZAKHAROVSKY", "Захаровский", "Nestor Zak"),
        ("The Baker",),
    )
    assert (entries["UN-77"].countries, entries["UN-77"].born) == (("RU",), ("1961",))
    assert (entries["A-1"].names, entries["A-1"].kind, entries["A-1"].source) == (("Vargenstein",), "PERSON", "own")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("un.xml", UN.format(doctype='<!DOCTYPE x [<!ENTITY a "b">]>'), id="a document type"),
        pytest.param("un.xml", UN.format(doctype="")[:400], id="XML that ends too soon"),
        pytest.param("un.xml", "<CONSOLIDATED_LIST>" + "<a>" * 50, id="nested without end"),
        pytest.param("notes.md", "name", id="no list at all"),
    ],
)
def test_what_can_t_be_read_ends_in_a_sentence(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(OperatorError):
        load(folder(tmp_path, {name: text}))
