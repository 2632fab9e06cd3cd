"""What both bulk engines share: columns, libraries of frames, ranks, the long result."""
