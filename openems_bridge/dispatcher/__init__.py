"""The only way to the battery: commands in, safe set-points out, and always a reason."""
