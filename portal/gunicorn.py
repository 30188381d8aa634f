"""How gunicorn serves the portal; a reverse proxy that buffers uploads stands in front of it in the real set-up."""

import os

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "3"))
timeout = 30
graceful_timeout = 10
max_requests = 2000
max_requests_jitter = 200
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 -- gunicorn's heartbeat, not data  # nosec
loglevel = "warning"
forwarded_allow_ips = "127.0.0.1"
