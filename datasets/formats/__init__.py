"""How tables lie on a disk: a file for each format that is read or written, and encodings."""
