"""The engines under measurement, by the name they have on the command line."""

from .mysql import MySQL
from .postgresql import PostgreSQL
from .sqlite import SQLite

ENGINES = {engine.name: engine for engine in (SQLite, PostgreSQL, MySQL)}
