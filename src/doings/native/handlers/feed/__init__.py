"""What happened, in the order of seqs: changes, events as they come, and the log of both."""
