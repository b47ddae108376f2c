"""Configuration files: validators that say what was expected and what was found, and YAML that refuses what is doubtful."""
