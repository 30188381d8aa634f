"""Draws a HEIC picture anew as JPEG, in a process of its own: `python -m portal.core.files.heic_child FD <picture`.

Writes the JPEG to the open file FD, and prints as JSON what drawing changed.
"""

import io
import json
import os
import resource
import sys

from .inspection import HEIC, HEIC_MEMORY, HEIC_SECONDS, TOO_LARGE, TooManyPixels, draw


def main(kept: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (HEIC_MEMORY, HEIC_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (HEIC_SECONDS, HEIC_SECONDS))
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        with os.fdopen(kept, "wb") as file:
            changed = draw(io.BytesIO(sys.stdin.buffer.read()), HEIC, file)
    except TooManyPixels:
        return TOO_LARGE
    except Exception:  # a forged picture fails in ways of its own; what it says goes nowhere
        return 1
    sys.stdout.write(json.dumps(changed))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
