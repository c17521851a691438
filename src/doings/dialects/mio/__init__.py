"""The mio.ID dialect: a business's requests, shares, swaps and authorizations."""
