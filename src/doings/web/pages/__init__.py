"""The pages, one file each: its handlers and the resources that lead to them."""
