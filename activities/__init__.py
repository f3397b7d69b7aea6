"""What a workflow asks of the world: classes with their pool and mailer injected."""
