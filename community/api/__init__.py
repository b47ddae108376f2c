"""The HTTPS API for households (docs/operator-api.md)."""
