"""What the page of a timeline shows: filters from its address, articles, days to choose from."""
