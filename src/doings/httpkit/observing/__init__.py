"""What is seen of a process from outside: its log, its metrics, the stalls of its loop."""
