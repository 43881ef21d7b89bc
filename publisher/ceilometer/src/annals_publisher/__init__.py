"""Publishes Ceilometer's events to Annals: an event is acknowledged once Annals has it durably."""

__version__ = "0.1.0"
