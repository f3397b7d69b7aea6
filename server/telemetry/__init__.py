"""What an operator sees of running processes: logs, metrics, traces. None says who somebody is or what they said."""
