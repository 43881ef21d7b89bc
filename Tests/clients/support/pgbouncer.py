"""pgbouncer between the service and a PostgreSQL server: each transaction on any of its links."""

import socket

from .postgresql import SUPERUSER, PostgreSQL
from .process import DatabaseServer


class PgBouncer(DatabaseServer):
    """In transaction mode, with fewer links to the server than the service has to it."""

    user = "postgres"

    def __init__(self, server: PostgreSQL, links: int = 4):
        super().__init__()
        users = self.write("users.txt", f'"{SUPERUSER}" "{server.password}"\n')
        self.server = server
        self.configuration = self.write("pgbouncer.ini", "\n".join([
            "[databases]", f"* = host=127.0.0.1 port={server.port}", "[pgbouncer]",
            "listen_addr = 127.0.0.1", f"listen_port = {self.port}", "unix_socket_dir =",
            "auth_type = scram-sha-256", f"auth_file = {users}", "pool_mode = transaction",
            f"default_pool_size = {links}", "max_client_conn = 200",
            ""]))

    def command(self) -> list:
        return ["/usr/sbin/pgbouncer", "--quiet", self.configuration]

    def is_ready(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def url(self, database: str = "annals") -> str:
        return (f"postgresql://{SUPERUSER}:{self.server.password}@127.0.0.1:{self.port}/"
                f"{database}?sslmode=disable")
