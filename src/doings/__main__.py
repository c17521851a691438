"""Lets `python -m doings` do what the `doings` command does."""

from doings.cli import main

if __name__ == "__main__":
    main()
