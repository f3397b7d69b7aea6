"""Treatment: what becomes of all that a synthesis comes from, and where its items come from and go to."""
