"""One module per subcommand of `concertation`, imported only when it is called."""
