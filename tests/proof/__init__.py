"""Tests of the Merkle tree, which is pure."""
