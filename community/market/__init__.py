"""The market operator: takes sealed orders, commits to them, clears, publishes, and sends suggestions."""
