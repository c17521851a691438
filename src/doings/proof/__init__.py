"""The log of an account's changes as a Merkle tree: pure functions that know no database."""
