"""`manage.py up`: make ready whatever is missing, then run web, worker and beat until told to stop."""

import hashlib
import os
import socket
import urllib.request
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from portal.core.printing.checks import missing_for_pdf

from ...processes.commands import PROCESSES
from ...processes.supervisor import Supervisor

HOST = "127.0.0.1"
DATA_COMMANDS = (("load_criteria", "bộ tiêu chí"),)


class _UntilAccounts:
    """Passes a command's lines on up to its list of accounts: `up` prints that last, beside the address."""

    def __init__(self, out):
        self.out, self.silent = out, False

    def write(self, text: str) -> None:
        self.silent = self.silent or text.startswith("Tài khoản mẫu, mật khẩu")
        if not self.silent:
            self.out.write(text.rstrip("\n"))

    def flush(self) -> None:
        self.out.flush()


class Command(BaseCommand):
    help = "Chuẩn bị dữ liệu rồi chạy cổng (web, việc nền, bộ hẹn giờ). PORT chọn cổng mạng; Ctrl-C dừng tất cả."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--no-demo", action="store_true", help="Không nạp dữ liệu mẫu; bộ tiêu chí vẫn được nạp.")
        parser.add_argument(
            "--prepare-only", action="store_true", help="Chuẩn bị xong thì thôi, không chạy tiến trình nào."
        )

    def handle(self, *args, **options):
        port = self._port(must_be_free=not options["prepare_only"])
        self._check_services()
        self._static_files()
        self._tables()
        self._data(demo=not settings.PRODUCTION and not options["no_demo"])
        if options["prepare_only"]:
            return self._say("Đã chuẩn bị xong.")
        return self._run(port, show_accounts=not options["no_demo"])

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    # --- what must be there ------------------------------------------------------------------------------------
    def _port(self, *, must_be_free: bool) -> int:
        asked = os.environ.get("PORT", "") or "8000"
        if not asked.isdecimal() or not 0 < int(asked) < 65536:
            raise CommandError(
                f"PORT={asked} không phải số hiệu cổng. Hãy chọn một số từ 1024 đến 65535, ví dụ: PORT=8001 make up"
            )
        port = int(asked)
        if must_be_free:
            with socket.socket() as door:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    door.bind((HOST, port))
                except PermissionError as refused:
                    raise CommandError(
                        f"Không có quyền mở cổng {port}. Hãy chọn cổng trên 1024: PORT=8001 make up"
                    ) from refused
                except OSError as taken:
                    raise CommandError(
                        f"Cổng {port} đang có chương trình khác dùng. Hãy chọn cổng khác: PORT={port + 1} make up"
                    ) from taken
        os.environ["PORT"] = str(port)
        return port

    def _check_services(self) -> None:
        if sentence := missing_for_pdf():
            self._say(f"Lưu ý: {sentence}")
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            raise CommandError(
                f"Không vào được cơ sở dữ liệu ({settings.DATABASE['ENGINE'].rsplit('.')[-1]}): {error}".strip()
            ) from error
        if settings.REDIS_URL:
            import redis

            once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
            try:
                redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3, retry=once).ping()
            except redis.RedisError as error:
                raise CommandError(
                    f"Không tới được Redis ở REDIS_URL: {error}. Hãy khởi động Redis rồi chạy lại."
                ) from error

    # --- what is made ready ------------------------------------------------------------------------------------
    def _static_files(self) -> None:
        """Collect only when our own files or the libraries changed since the last time."""
        seen = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
        for folder in settings.STATICFILES_DIRS:
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file():
                    seen.update(f"{path}:{path.stat().st_mtime_ns}".encode())
        mark = settings.VAR_DIR / "static.mark"
        if settings.STATIC_ROOT.is_dir() and mark.exists() and mark.read_text() == seen.hexdigest():
            return
        self._say("Gom tệp giao diện…")
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(seen.hexdigest())

    def _tables(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Dựng bảng dữ liệu…")
            call_command("migrate", interactive=False, verbosity=0)

    def _data(self, *, demo: bool) -> None:
        known = get_commands()
        for name, what in DATA_COMMANDS:
            if name in known:
                self._say(f"Nạp {what}…")
                call_command(name, stdout=self.stdout)
        if (
            demo
            and "demo" in known
            and (self._has_demo() or not apps.get_model("evaluations", "Cycle").objects.exists())
        ):
            self._say("Nạp dữ liệu mẫu (lần đầu khoảng một phút)…")  # again each time: the first may have been cut off
            call_command("demo", stdout=_UntilAccounts(self.stdout))

    @staticmethod
    def _accounts():
        """The demo's module with ACCOUNTS and PASSWORD, by name since core knows no app; None without a demo."""
        try:
            return import_module("portal.demo.building")
        except ImportError:
            return None

    def _has_demo(self) -> bool:
        """The demo's people are here. Work of a real portal is never mixed with accounts whose password is public."""
        demo = self._accounts()
        return bool(demo) and get_user_model().objects.filter(username=demo.ACCOUNTS[0][0]).exists()

    # --- what runs ---------------------------------------------------------------------------------------------
    def _run(self, port: int, *, show_accounts: bool) -> None:
        address = f"http://{HOST}:{port}/"
        connection.close()
        supervisor = Supervisor(list(PROCESSES.values()), cwd=str(settings.BASE_DIR))
        fallen = None
        try:
            supervisor.start()
            fallen = supervisor.wait(until=lambda: self._answers(address), timeout=60)
            if not fallen and not supervisor.asked_to_stop.is_set():
                self._ring_once()
                self._announce(address, show_accounts=show_accounts)
                fallen = supervisor.wait()
        finally:
            self._say("Đang dừng…")
            supervisor.stop()
        if fallen:
            process, code = fallen
            raise CommandError(f"Tiến trình {process.name} ({process.label}) tự dừng với mã {code}; đã dừng tất cả.")
        self._say("Đã dừng tất cả.")

    @staticmethod
    def _answers(address: str) -> bool:
        host = next((host for host in settings.ALLOWED_HOSTS if host != "*"), HOST)
        asking = urllib.request.Request(f"{address}healthz", headers={"Host": host.removeprefix(".")})  # noqa: S310 -- our own address  # nosec
        try:
            with urllib.request.urlopen(asking, timeout=2) as answer:  # noqa: S310 -- our own address  # nosec
                return answer.status == 200
        except OSError:
            return False

    @staticmethod
    def _ring_once() -> None:
        """The first sweep now instead of at beat's first tick, so `readyz` is true at once."""
        from portal.core.tasks import sweep

        try:
            sweep.apply_async(retry=False)
        except Exception as lost:  # the sweeper's own tick comes in any case
            del lost

    def _announce(self, address: str, *, show_accounts: bool) -> None:
        base = "Redis" if settings.REDIS_URL else "tệp trong máy"
        self._say(f"\nCổng đang chạy tại {address}  ({connection.vendor}, việc nền qua {base}). Ctrl-C để dừng.")
        if not show_accounts or not self._has_demo():
            return
        demo = self._accounts()
        self._say(
            f"\nTài khoản dùng thử (mật khẩu chung: {demo.PASSWORD}; chỉ để xem thử, đừng dùng với dữ liệu thật):"
        )
        width = max(len(username) for username, _ in demo.ACCOUNTS)
        for username, post in demo.ACCOUNTS:
            self._say(f"  {username:<{width}}  {post}")
