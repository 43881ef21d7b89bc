"""Files of users and passwords, as an operator would write them."""

import base64
import secrets
from pathlib import Path

import bcrypt

from . import engines


def new_password() -> str:
    """Letters and digits only, as the charm makes them; looked for everywhere during the run."""
    password = secrets.token_hex(16)
    engines.SECRETS.add(password)
    return password


def basic(user: str, password: str) -> dict[str, str]:
    """The header field of RFC 7617."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class AccountFiles:
    """The two files of the strategy `basic` and the settings that name them."""

    def __init__(self, directory: Path, cost: int = 5):
        self.cost = cost
        self.passwords = directory / "users.htpasswd"
        self.users = directory / "users.yaml"
        self.passwords.touch(mode=0o600)
        self.users.touch()

    @property
    def settings(self) -> dict[str, str]:
        return {"auth.strategies": "basic", "basic.password_file": str(self.passwords),
                "basic.user_file": str(self.users)}

    def line(self, user: str, password: str, kind: bytes = b"2b") -> str:
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(self.cost)).decode()
        return f"{user}:${kind.decode()}{hashed[3:]}\n"

    def write(self, *lines: str) -> None:
        """In one step, as tools do it: nobody sees half of a file."""
        unfinished = self.passwords.with_suffix(".new")
        unfinished.write_text("".join(lines))
        unfinished.replace(self.passwords)
