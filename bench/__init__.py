"""The benchmark: each figure is a ratio to a named ceiling, measured in the same run."""
