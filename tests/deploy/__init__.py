"""What helps to install Doings: the packages, and the samples in `deploy/`."""
