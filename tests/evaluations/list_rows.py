"""Lists of this app as the files they leave as."""

import csv
import io

from django.urls import reverse


def answer(client, name: str, *args, form: str = "csv", **query) -> bytes:
    response = client.get(reverse(f"evaluations:{name}", args=args), {**query, "dang": form})
    assert response.status_code == 200 and "attachment" in response["Content-Disposition"], response.status_code
    return response.content


def rows_of(client, name: str, *args, **query) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer(client, name, *args, **query).decode("utf-8-sig"))))
