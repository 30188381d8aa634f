"""Two writers in threads and connections of their own."""

import threading
import time

from django.db import IntegrityError, connection, transaction

from portal.core.errors import Refused


def at_once(first, second) -> list:
    """Run both; the second begins while the first has written and not committed. Returns what each raised."""
    written, may_commit, raised = threading.Event(), threading.Event(), []

    def hold():
        with transaction.atomic():
            first()
            written.set()
            may_commit.wait(5)

    def run(act):
        try:
            act()
        except (Refused, IntegrityError) as failure:
            raised.append(failure)
        finally:
            connection.close()

    def follow():
        written.wait(5)
        second()

    threads = [threading.Thread(target=run, args=(act,)) for act in (hold, follow)]
    for thread in threads:
        thread.start()
    written.wait(5)
    time.sleep(0.4)
    may_commit.set()
    for thread in threads:
        thread.join(10)
    return raised
