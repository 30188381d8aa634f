"""PostgreSQL databases of a run's own: one made with every table in place, the others copies of it.

`python -m tests.databases make NAME` and `… drop NAME` work on the DATABASE_URL's server; MADE_DATABASE tells the name
to those who copy it (tests/settings.py for each worker's, and the portals that tests start).
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit


def administer(url: str, statement: str) -> None:
    """Run one statement outside any transaction, as creating and dropping a database asks for."""
    import psycopg2

    link = psycopg2.connect(url)
    link.autocommit = True
    link.cursor().execute(statement)
    link.close()


def beside(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def create(url: str, name: str) -> None:
    """Create the database anew: a copy of the one made before where there is one, else empty."""
    drop(url, name)
    made = os.environ.get("MADE_DATABASE")
    administer(url, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{made}"' if made else ""))


def drop(url: str, name: str) -> None:
    administer(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def make(url: str, name: str) -> None:
    """Create the database and its tables by all migrations."""
    create(url, name)
    environment = os.environ | {"DATABASE_URL": beside(url, name)}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)


if __name__ == "__main__":
    {"make": make, "drop": drop}[sys.argv[1]](os.environ["DATABASE_URL"], sys.argv[2])
