"""Reading a request, part by part: path, parameters, headers, body and forms."""
