"""The K-fold experiment: its arms and runs, the comparison of their scores, and the report."""
