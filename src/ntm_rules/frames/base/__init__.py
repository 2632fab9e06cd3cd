"""What the query and its callers share: columns, libraries of frames, tables laid out, the long result."""
