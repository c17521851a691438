"""What every surface shares: how a request is read, and how it or an error is answered."""
