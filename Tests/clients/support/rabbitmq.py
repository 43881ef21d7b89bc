"""A private RabbitMQ of the Debian package, with a name service of its own."""

import secrets
import signal
import subprocess

from .process import DatabaseServer, end_with_parent, free_port

PROGRAMS = "/usr/lib/rabbitmq/bin"


class RabbitMQ(DatabaseServer):
    """A broker on loopback, with one user. Nothing is shared with another broker of the machine:
    not the node's name, not the cookie, and not epmd, which knows the nodes of a machine."""

    user = "rabbitmq"

    def __init__(self):
        super().__init__()
        self.password = secrets.token_hex(16)
        self.names_port = free_port()
        self.names: subprocess.Popen | None = None

    def create(self) -> "RabbitMQ":
        self.make_directory("log")
        self.write(".erlang.cookie", secrets.token_hex(16)).chmod(0o400)
        self.write("environment.conf", "")
        self.write("plugins", "[].\n")
        self.write("rabbitmq.conf", "\n".join([
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            "loopback_users = none", "default_user = annals",
            f"default_pass = {self.password}", "log.console = true", "log.console.level = warning",
            "log.file = false", "vm_memory_high_watermark.absolute = 1GB",
            "disk_free_limit.absolute = 50MB", ""]))
        return self

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "ERL_EPMD_PORT": str(self.names_port), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"annals-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
            "RABBITMQ_MNESIA_BASE": str(self.data), "RABBITMQ_LOG_BASE": f"{self.directory}/log",
            "RABBITMQ_PID_FILE": f"{self.directory}/broker.pid",
            "RABBITMQ_CONF_ENV_FILE": f"{self.directory}/environment.conf",
            "RABBITMQ_CONFIG_FILE": f"{self.directory}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{self.directory}/none.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self.directory}/plugins",
            # The broker itself is our child then, without a shell between.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    @property
    def distribution_port(self) -> int:
        if not hasattr(self, "_distribution_port"):
            self._distribution_port = free_port()
        return self._distribution_port

    def command(self) -> list:
        return [f"{PROGRAMS}/rabbitmq-server"]

    def launch(self, *more: str) -> None:
        with self.log_path.open("ab") as log:
            self.names = subprocess.Popen(
                ["/usr/bin/epmd", "-port", str(self.names_port), "-address", "127.0.0.1"],
                cwd=self.directory, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, process_group=0,
                preexec_fn=lambda: end_with_parent(signal.SIGKILL), **self.account.options())
        super().launch(*more)

    def is_ready(self) -> bool:
        return subprocess.run(
            [f"{PROGRAMS}/rabbitmqctl", "--quiet", "await_startup", "--timeout", "60"],
            cwd=self.directory, env=self.environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, **self.account.options()).returncode == 0

    def control(self, *words: str) -> str:
        """rabbitmqctl."""
        return self.run([f"{PROGRAMS}/rabbitmqctl", "--quiet", *words])

    def close(self) -> None:
        super().close()
        if self.names is not None:
            self.names.kill()
            self.names.wait()

    @property
    def url(self) -> str:
        """For oslo.messaging. It holds the password."""
        return f"rabbit://annals:{self.password}@127.0.0.1:{self.port}/"
