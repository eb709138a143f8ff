"""What IT publishes for the terminals: signed metadata, releases, rollouts (updates.md)."""
