"""The benchmark: every figure a ratio to a named ceiling, measured in the same run."""
