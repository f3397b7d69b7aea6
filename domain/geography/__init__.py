"""Geography: the official geographic code, read from a file that tools/convert_geography.py makes."""
