"""From activities to the vendor's documents and back; nothing here knows HTTP."""
