"""A Galera cluster of three MariaDB servers on loopback, all from Debian's packages."""

from .mariadb import SETTINGS, MariaDB
from .process import free_port

LIBRARY = "/usr/lib/galera/libgalera_smm.so"


class Node(MariaDB):
    """One server of the cluster. Its name is its place: node0, node1, node2."""

    def __init__(self, number: int, password: str | None, ports: list[int]):
        super().__init__(password=password)
        self.number = number
        self.group_port = ports[number]
        # What a cluster needs, and timeouts that suit a test: the defaults are about 15 s.
        self.settings = SETTINGS | {
            "binlog-format": "ROW", "default-storage-engine": "InnoDB",
            "innodb-autoinc-lock-mode": "2", "innodb-buffer-pool-size": "64M",
            "wsrep-on": "ON", "wsrep-provider": LIBRARY, "wsrep-node-name": f"node{number}",
            "wsrep-cluster-name": "annals",
            "wsrep-cluster-address": "gcomm://" + ",".join(f"127.0.0.1:{port}" for port in ports),
            "wsrep-node-address": f"127.0.0.1:{self.group_port}",
            "wsrep-node-incoming-address": f"127.0.0.1:{self.port}",
            "wsrep-sst-method": "rsync", "wsrep-slave-threads": "2",
            "wsrep-sst-receive-address": f"127.0.0.1:{free_port()}",
            "wsrep-provider-options": '"' + ";".join([
                f"gmcast.listen_addr=tcp://127.0.0.1:{self.group_port}",
                f"base_port={self.group_port}", f"ist.recv_addr=127.0.0.1:{free_port()}",
                "evs.suspect_timeout=PT2S", "evs.inactive_timeout=PT4S",
                "evs.keepalive_period=PT0.5S", "evs.inactive_check_period=PT0.5S",
                "gcache.size=64M", "pc.recovery=false",
            ]) + '"',
        }

    def status(self, name: str) -> str:
        [[_, value]] = self.query(f"SHOW STATUS LIKE '{name}'")
        return value

    def is_ready(self) -> bool:
        """Synced, and so open to statements."""
        try:
            return self.status("wsrep_ready") == "ON"
        except (RuntimeError, ValueError):
            return False


class Cluster:
    """The first node begins the cluster, the others join it one by one."""

    def __init__(self):
        ports = [free_port() for _ in range(3)]
        first = Node(0, None, ports)
        self.nodes = [first] + [Node(number, first.password, ports) for number in (1, 2)]

    def start(self) -> "Cluster":
        for node in self.nodes:
            node.create()
        self.bootstrap(self.nodes[0])
        for node in self.nodes[1:]:
            node.start()
        return self

    def bootstrap(self, node: Node) -> None:
        node.start("--wsrep-new-cluster")

    def url(self, first: int = 0, database: str = "annals", **parameters: str) -> str:
        """All nodes, beginning with that one."""
        order = self.nodes[first:] + self.nodes[:first]
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in order)
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return (f"mysql://annals:{self.nodes[0].password}@{hosts}/{database}"
                + (f"?{query}" if query else ""))

    def close(self) -> None:
        for node in self.nodes:
            node.close()
