"""The nouns every room shares. Holds no behaviour that needs a file, a network or a clock."""
