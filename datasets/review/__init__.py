"""What a person decides about new rows: ``augment review``, its server, its page and its files."""
