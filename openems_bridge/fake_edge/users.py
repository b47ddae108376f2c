"""The Edge's users: four passwords, one a role. The Edge does not look at the user's name."""

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """OpenEMS' roles; a greater one may do what a lesser one may."""

    GUEST = 0
    OWNER = 1
    INSTALLER = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who logged in."""

    id: str
    name: str
    role: Role


_USERS = {
    "admin": User("admin", "Admin", Role.ADMIN),
    "installer": User("installer", "Installer", Role.INSTALLER),
    "owner": User("owner", "Owner", Role.OWNER),
    "user": User("guest", "Guest", Role.GUEST),
}


def authenticate(password: str) -> User | None:
    """Return whose (well-known, default) password this is, None if nobody's."""
    return _USERS.get(password)
