"""A trained model behind HTTP: ``augment serve``."""
