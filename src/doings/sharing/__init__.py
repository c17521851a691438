"""One timeline shown where nobody signs in: an element and a page to embed, calendars, feeds."""
