"""The owner's configuration: a YAML file, checked before anything starts."""
