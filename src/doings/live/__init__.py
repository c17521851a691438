"""What reaches others while it happens: streams, and the delivery of webhooks."""
