"""What every surface shows in the same way: titles and prose."""
