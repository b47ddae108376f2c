"""HTTPS as both daemons serve it: own certificate, bounded bodies, problem documents, bounded connections."""
