"""What every surface shares: how a request becomes a call, and a call or an error an answer."""
