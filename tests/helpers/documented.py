"""The examples of docs/, for tests that run them."""

import re
from pathlib import Path


def example(name: str) -> str:
    """Return the one block of Python in docs/<name>.md."""
    text = (Path(__file__).parents[2] / "docs" / f"{name}.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(block)
