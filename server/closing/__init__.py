"""The file of a closing archive: written from a database, read with nothing but itself."""
