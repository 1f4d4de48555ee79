# SPDX-License-Identifier: Apache-2.0
"""The small folder that ``madang service init`` writes."""

from pathlib import Path

from madang import kit
from madang.serving import cards
from madang.serving.errors import BadService

MODULE = '''"""What this service does. Types become its documentation, and what does not fit them never reaches the function."""


def call(text: str, times: int = 1) -> dict[str, str]:
    """Say the text again, as often as is asked."""
    if not 1 <= times <= 100:
        raise ValueError("times is 1 to 100")  # a ValueError is told to whoever called
    return {"text": " ".join([text] * times)}
'''
CARD = """name = "{name}"
version = "1"
unit = "call"            # call, character, audio-second, image or token; counts = "text" names the input that is counted
license = ""             # an SPDX expression, such as Apache-2.0

[title]
ko = "{name}"
en = "{name}"

[summary]
ko = ""
en = ""

[can]
ko = ""
en = ""

[cannot]
ko = ""
en = ""

[engine]
kind = "process"
module = "function"
most = 1                 # with more, function.call_many(list of inputs) is given many calls at once

[operations]
call = "call"

[example]
text = "안녕하세요"
times = 2
"""


def write(folder: Path) -> None:
    """The new folder has a typed function and a card, and can be deployed as it is."""
    name = kit.check_name(folder.resolve().name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadService(reason=f"{folder}: not empty")
        (folder / "function.py").write_text(MODULE, encoding="utf-8")
        (folder / cards.FILE).write_text(CARD.replace("{name}", name), encoding="utf-8")
    except OSError as error:
        raise BadService(reason=f"{folder}: {error.strerror or error}") from error
