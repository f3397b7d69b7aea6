"""The scenes, in the order in which server/demo/playing.py plays them. Each is told by what it sees."""
