"""The mutations, one module per theme. Each takes one input object and answers a union."""
