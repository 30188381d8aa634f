"""What every page must keep to: a label or a link finds one place."""

import re
from collections import Counter

ID = re.compile(r'<[a-z][^<>]*\sid="([^"]*)"')


def ids_twice(response) -> list[str]:
    """The ids that stand more than once on the page; nothing of a file or of the API."""
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return []
    return [name for name, many in Counter(ID.findall(response.content.decode())).items() if many > 1]
