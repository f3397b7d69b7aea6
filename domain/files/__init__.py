"""Files that people send: which kinds, under which names, up to which size, with which content. Rules only."""
