"""The formats of a list besides JSON, and exports."""
