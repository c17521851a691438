"""What a request may take and hold: its head, its answer, connections, and room to wait."""
