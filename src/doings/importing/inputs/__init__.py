"""Many files in one import, and formats that people's programs save: vCard and tables."""
