"""One run that adds rows: its options, what makes candidates, its checks, outputs and report."""
