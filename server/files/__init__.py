"""Files over HTTP: tickets, uploads, downloads, the places where contents are kept, and who clears them up."""
