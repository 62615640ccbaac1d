"""Reviews and the ratings that a model gives them."""
