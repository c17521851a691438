"""Activities in and out: importing, taking an import back, exporting."""
