"""Encryption at rest, keyed hashes and secrets by reference.

Lives here: what turns readable content into stored content and back, and who may ask for it. May not: know a protocol,
a table or a flow. Read first: `vault.py`.
"""

from .identity import Person
from .secrets import SecretStore
from .vault import DataKey, Vault

__all__ = ["DataKey", "Person", "SecretStore", "Vault"]
