"""Local neural translators on disk: fetched once, converted, recorded, checked, removed."""
