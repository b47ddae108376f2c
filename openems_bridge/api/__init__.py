"""The HTTPS server for Home Assistant and the command line."""
