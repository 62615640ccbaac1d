"""What ``augment inspect`` says of a table: its options, its findings and its page."""
