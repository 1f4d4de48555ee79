# SPDX-License-Identifier: Apache-2.0
"""Pictures of answers and forms of services: places are exact, and an answer of any shape breaks nothing."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from madang.gateway import results
from madang.gateway.counter import codes, fields

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["text", "anomalies", "faces", "likely", "start", "tag", "form", "x", "index", "image"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)
SCHEMA = {
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "values": {"type": "array", "items": {"type": "number"}},
        "fast": {"type": "boolean"},
    },
    "required": ["text"],
}


@given(outputs=ANYTHING, inputs=ANYTHING)
@example(outputs={"anomalies": []}, inputs={})  # anomalies of nothing
@settings(max_examples=150, deadline=None)
def test_an_answer_of_any_shape_is_drawn_or_is_not(outputs: Any, inputs: Any) -> None:
    shown = results.drawn(inputs if isinstance(inputs, dict | bytes) else {"text": inputs}, outputs)
    assert shown is None or shown.template.startswith("gateway/_")


def test_morphemes_stand_under_their_words_with_bytes_of_utf_8() -> None:
    text = "마당은 넓다."
    parts = [("마당", "NNG", 0, 2), ("은", "JX", 2, 3), ("넓", "VA", 4, 5), ("다", "EF", 5, 6), (".", "SF", 6, 7)]
    outputs = [{"form": form, "tag": tag, "start": start, "end": end} for form, tag, start, end in parts]
    shown = results.drawn({"text": text}, outputs)
    assert shown is not None
    assert [row[0] for row in shown.rows] == ["마당은", "마당은", "넓다.", "넓다.", "넓다."]
    assert [int(row[3]) for row in shown.rows] == [len(text[:start].encode()) for _form, _tag, start, _end in parts]


def test_what_was_typed_comes_in_the_types_that_the_service_takes() -> None:
    typed = {"text": "a\r\nb", "count": "3", "values": "1, 2.5", "csrf": "x"}
    assert fields.inputs_of(SCHEMA, typed, None) == {"text": "a\nb", "count": 3, "values": [1, 2.5], "fast": False}
    assert [each.kind for each in fields.fields_of(SCHEMA, {}, {})] == ["text", "number", "json", "tick"]


@pytest.mark.parametrize(("name", "value"), [("count", "three"), ("count", "1" * 5000), ("values", "1, ,"), ("values", "[" * 100_000)])
def test_what_cannot_be_read_is_refused_at_its_field(name: str, value: str) -> None:
    with pytest.raises(fields.WrongField) as refused:
        fields.inputs_of(SCHEMA, {"text": "a", name: value}, None)
    assert refused.value.field == name


def test_the_key_stands_in_every_language_and_quotes_do_not_end_the_line() -> None:
    made = codes.codes("http://127.0.0.1", "a/b", {"text": "it's"}, task="chat", key="mdg_x")
    assert all("mdg_x" in each.text for each in made)
    assert "it'\\''s" in made[0].text
    assert "API_KEY" in codes.codes("http://127.0.0.1", "a/b", {}, task="function")[0].text
