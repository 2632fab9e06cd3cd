"""What rule authors get for their tests: strategies, laws, coverage, a pytest plugin. Needs the extra `testing`."""
