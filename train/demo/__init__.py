"""A trained model on a page: ``augment demo``."""
